// @ts-check
// Mots du cadre.

/** @type {Record<keyof typeof import("../en/shell.js").default, string | import("../../words.js").Plural>} */
const words = {
  "nav.watch": "Veille", "nav.list": "Alertes", "nav.map": "Carte", "nav.alerts": "Alertes", "nav.alert": "Alerte", "nav.cases": "Dossiers", "nav.case": "Dossier",
  "nav.vessel": "Navire", "nav.vessels": "Navires", "nav.zones": "Zones", "nav.silences": "Silences", "nav.status": "État", "nav.people": "Personnes", "nav.audit": "Audit",
  "nav.login": "Connexion", "nav.unknown": "Introuvable",
  "frame.pages": "Pages", "frame.marking": "Marquage le plus élevé de ce que cette page a montré", "frame.local_time": "ici {time}", "frame.lag": "moteur −{span}",
  "frame.recorded": "ENREGISTRÉ", "frame.recorded_title": "Données enregistrées : heures et âges sont ceux de l’enregistrement. L’horloge indique {time}.",
  "frame.lag_title": "Retard du temps du moteur sur l’horloge", "frame.feeds": "Sources", "frame.budget": "Budget", "frame.budget_of": "{today} sur {allowed}",
  "frame.budget_title": "Alertes du jour, moyennes ou plus graves, sur le nombre qu’une veille peut examiner", "frame.palette": "Palette", "frame.language": "Langue",
  "frame.sound_on": "Son activé", "frame.sound_off": "Son coupé", "frame.no_page": "Il n’y a pas de page {path}.", "frame.not_loaded": "Cette page n’a pas pu être chargée. Elle le sera dès que le service répondra de nouveau.", "frame.unknown_since": "Inconnu depuis {time} : la connexion est perdue", "frame.lag_unknown": "moteur : inconnu",
  "feeds.up": "{n} en service", "feeds.lagging": "{n} en retard", "feeds.silent": { one: "{n} muette", other: "{n} muettes" },
  "palette.system": "Comme le système", "palette.day": "Jour", "palette.dusk": "Crépuscule", "palette.night": "Nuit",
  "role.viewer": "lecteur", "role.analyst": "analyste", "role.supervisor": "superviseur", "role.admin": "administrateur", "role.auditor": "auditeur", "role.n": { one: "{n} rôle", other: "{n} rôles" },
  "search.placeholder": "Chercher : navire, alerte, dossier, zone, position", "search.label": "Chercher", "search.nothing": "Rien trouvé.", "search.vessels": "Navires", "search.alerts": "Alertes", "search.cases": "Dossiers",
  "search.zones": "Zones", "search.coordinates": "Position",
  "keys.title": "Touches", "keys.help": "Touches de cette page", "keys.search": "Chercher", "keys.palette": "Palette suivante", "keys.palette_is": "Palette : {name}", "keys.mute": "Activer ou couper le son", "keys.close": "Fermer ce qui est ouvert",
  "keys.scope.list": "Liste", "keys.scope.alert": "Alerte", "keys.scope.map": "Carte", "keys.scope.all": "Partout", "keys.single": "Les touches sans Ctrl ni Alt fonctionnent",
  "warning.ended": "La session est terminée{why}. Ce qui est à l’écran reste ; connectez-vous pour continuer.", "warning.lost": "Connexion perdue depuis {time} ({span}). L’affichage peut ne plus être à jour. Nouvel essai en cours.",
  "warning.version": "Une nouvelle version de la console est là. Rechargez quand cela vous convient.", "warning.clock": "L’horloge de cette machine a un écart de {span}.", "warning.not_ready": "Le service n’est pas prêt : {why}",
  "warning.feeds": { one: "Source muette : {names}", other: "{n} sources muettes : {names}" }, "warning.since": "{name} depuis {time}", "warning.exercise_word": "EXERCICE", "warning.exercise": "Des données d’exercice sont à l’écran.",
  "account.title": "Compte",
  "account.sign_out": "Se déconnecter",
  "time.as_of": "situation : {time}",
  "time.ago": "il y a {span}",
  "warning.purpose": "À quoi sert cette veille ? Chaque consultation de détails est enregistrée avec sa finalité.", "warning.purpose_keep": "L’enregistrer",
  "ask.export": "À quoi sert cet export ?", "ask.search": "À quoi sert cette recherche de navires ?", "ask.detail": "Pourquoi consultez-vous ceci ?", "ask.recorded": "La réponse est consignée dans l’audit.",
  "ask.do.export": "Exporter", "ask.do.search": "Rechercher", "ask.do.detail": "Afficher", "ask.give": "Indiquer la finalité",
  "search.where": "On cherche dans les noms, MMSI, numéros OMI et indicatifs, les mots des alertes, les dossiers, les zones et les positions. Pour un type de navire, utilisez le filtre de la liste, comme type:tug.",
  "account.no_way_back": "Vous n’avez pas de mot de passe : sans nouveau lien, vous ne pourrez plus vous connecter. Définissez-en un d’abord sous Compte.",
  "frame.recording_over": "FIN DE L’ENREGISTREMENT",
  "warning.recording_over": "L’enregistrement s’est terminé le {time} : plus rien n’arrive, et les âges n’augmentent plus.",
  "warning.by_clock": "{time} à l’horloge",
  "search.more": { one: "{n} de plus : tout montrer", other: "{n} de plus : tout montrer" }, "search.vessels_found": { one: "{n} navire", other: "{n} navires" }, "search.more_vessels": "En montrer plus, sur {n} restants",
  "action.show_on_map": "Montrer sur la carte", "vessel.no_position": "Aucune position de ce navire n’est connue maintenant",
};
export default words;
