// @ts-check
// Palabras de la lista de casos.

/** @type {Record<keyof typeof import("../en/cases.js").default, string | import("../../words.js").Plural>} */
const words = {
  "cases.title": "Casos", "cases.count": { one: "{n} caso", other: "{n} casos" }, "cases.fresh": { one: "{n} nuevo", other: "{n} nuevos" }, "cases.find": "Buscar un nombre, un MMSI o una palabra",
  "cases.none": "Todavía no hay casos. Una alerta de 20 puntos o más que nombre un buque inicia uno.", "cases.none_found": "Ningún caso cargado contiene eso.", "cases.more": "Cargar más",
  "cases.col.score": "Puntuación", "cases.col.vessels": "Buques", "cases.col.story": "Historia", "cases.col.alerts": "Alertas", "cases.col.last": "Último", 
};
export default words;
