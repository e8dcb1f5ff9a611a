// @ts-check
// Palabras de la vista de los silencios.

/** @type {Record<keyof typeof import("../en/silences.js").default, string | import("../../words.js").Plural>} */
const words = {
  "silences.title": "Silencios", "silences.in_force": { one: "{n} en vigor", other: "{n} en vigor" }, "silences.hold": { one: "{n} alerta retenida", other: "{n} alertas retenidas" },
  "silences.new": "Nuevo silencio", "silences.none": "Ningún silencio en vigor, y ninguno terminó en las últimas 48 h.", "silences.now": "En vigor", "silences.ahead": "Por empezar", "silences.past": "Terminados en las últimas 48 h",
  "silences.col.number": "N.º", "silences.col.what": "Qué", "silences.col.until": "Hasta", "silences.col.holds": "Retiene ahora", "silences.col.who": "Por", "silences.col.why": "Motivo",
  "silences.from": "Desde {time}", "silences.left": "quedan {span}", "silences.lifted_at": "levantado {time}", "silences.ended_at": "terminó {time}", "silences.show": "Mostrar estas alertas en la lista",
  "silences.again": "Otra vez", "silences.again_hint": "Hacer el mismo silencio otra vez, por el mismo tiempo", "silences.lift": "Levantar", "silences.of_other": "Hecho por {name}",
  "silences.lift_why": "¿Por qué se levanta el silencio {number}?", "silences.zone": "zona {id}", "silences.vessel_hint": "Nombre o MMSI", "silences.vessel_what": "Elija un buque de la lista, o escriba las nueve cifras de su MMSI",
};
export default words;
