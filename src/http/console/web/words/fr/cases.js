// @ts-check
// Mots de la liste des dossiers.

/** @type {Record<keyof typeof import("../en/cases.js").default, string | import("../../words.js").Plural>} */
const words = {
  "cases.title": "Dossiers", "cases.count": { one: "{n} dossier", other: "{n} dossiers" }, "cases.fresh": { one: "{n} nouveau", other: "{n} nouveaux" }, "cases.find": "Chercher un nom, un MMSI ou un mot",
  "cases.none": "Pas encore de dossier. Une alerte de 20 points ou plus qui nomme un navire en ouvre un.", "cases.none_found": "Aucun dossier chargé ne contient cela.", "cases.more": "En charger plus",
  "cases.col.score": "Score", "cases.col.vessels": "Navires", "cases.col.story": "Histoire", "cases.col.alerts": "Alertes", "cases.col.last": "Dernier", 
};
export default words;
