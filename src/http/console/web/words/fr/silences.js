// @ts-check
// Mots de la vue des silences.

/** @type {Record<keyof typeof import("../en/silences.js").default, string | import("../../words.js").Plural>} */
const words = {
  "silences.title": "Silences", "silences.in_force": { one: "{n} en vigueur", other: "{n} en vigueur" }, "silences.hold": { one: "{n} alerte retenue", other: "{n} alertes retenues" },
  "silences.new": "Nouveau silence", "silences.none": "Aucun silence en vigueur, et aucun terminé dans les dernières 48 h.", "silences.now": "En vigueur", "silences.ahead": "À venir", "silences.past": "Terminés dans les dernières 48 h",
  "silences.col.number": "N°", "silences.col.what": "Quoi", "silences.col.until": "Jusqu’à", "silences.col.holds": "Retient", "silences.col.who": "Par", "silences.col.why": "Motif",
  "silences.from": "Depuis {time}", "silences.left": "encore {span}", "silences.lifted_at": "levé {time}", "silences.ended_at": "terminé {time}", "silences.show": "Montrer ces alertes dans la liste",
  "silences.again": "À nouveau", "silences.again_hint": "Refaire le même silence, pour la même durée", "silences.lift": "Lever", "silences.of_other": "Fait par {name}",
  "silences.lift_why": "Pourquoi lever le silence {number} ?", "silences.zone": "zone {id}", "silences.vessel_hint": "Nom ou MMSI", "silences.vessel_what": "Choisissez un navire dans la liste, ou écrivez les neuf chiffres de son MMSI",
};
export default words;
