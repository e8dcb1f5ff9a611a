// @ts-check
// Palavras da lista de casos.

/** @type {Record<keyof typeof import("../en/cases.js").default, string | import("../../words.js").Plural>} */
const words = {
  "cases.title": "Casos", "cases.count": { one: "{n} caso", other: "{n} casos" }, "cases.fresh": { one: "{n} novo", other: "{n} novos" }, "cases.find": "Procurar um nome, um MMSI ou uma palavra",
  "cases.none": "Ainda não há casos. Um alerta de 20 pontos ou mais que nomeie um navio começa um.", "cases.none_found": "Nenhum caso carregado contém isso.", "cases.more": "Carregar mais",
  "cases.col.score": "Pontuação", "cases.col.vessels": "Navios", "cases.col.story": "História", "cases.col.alerts": "Alertas", "cases.col.last": "Último", 
};
export default words;
