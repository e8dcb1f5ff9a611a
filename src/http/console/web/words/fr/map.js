// @ts-check
// Mots de la carte.

/** @type {typeof import("../en/map.js").default} */
const words = {
  "map.label": "Carte des navires et des alertes", "map.role": "carte", "map.tools": "Outils de la carte", "map.menu": "Actions à cette position", "map.legend": "Couches et légende",
  "map.layers": "Couches", "map.vessels": "Navires", "map.alerts": "Alertes", "map.zones": "Zones", "map.colour": "Couleur", "map.labels": "Étiquettes", "map.course_length": "Lignes de route",
  "map.layer.vessels": "Navires", "map.layer.alerts": "Alertes", "map.layer.course": "Lignes de route", "map.layer.zones": "Zones et couloirs", "map.layer.calm": "Eaux calmes",
  "map.layer.class_a": "Couverture, classe A", "map.layer.class_b": "Couverture, classe B", "map.layer.night": "Nuit", "map.layer.grid": "Grille",
  "map.colour.muted": "Discrète", "map.colour.type": "Par type", "map.colour.speed": "Par vitesse", "map.colour.age": "Par âge",
  "map.labels.none": "Aucune", "map.labels.alerts": "Alertes", "map.labels.listed": "Navires listés", "map.labels.all": "Toutes",
  "map.muted.plain": "Navire", "map.muted.listed": "Listé", "map.muted.in_case": "Dans un dossier",
  "map.type.fishing": "Pêche", "map.type.service": "Remorqueur, service", "map.type.pleasure": "Voile, plaisance", "map.type.high_speed": "Grande vitesse",
  "map.type.passenger": "Passagers", "map.type.cargo": "Cargo", "map.type.tanker": "Navire-citerne", "map.type.other": "Autre", "map.type.unknown": "Type inconnu",
  "map.sign.no_course": "Sans route", "map.sign.stale": "Position ancienne", "map.sign.satellite": "Satellite seul", "map.sign.class_b": "Classe B", "map.sign.reach": "Portée en silence", "map.sign.interference": "Brouillage",
  "map.zone.corridor": "Couloir", "map.zone.area": "Zone", "map.zone.port": "Eaux calmes", "map.zone.benign": "Anodine", "map.zone.source": "Région d’origine", "map.unknown": "Inconnu",
  "map.fact.type": "Type", "map.fact.length": "Longueur", "map.fact.speed": "Vitesse", "map.fact.course": "Route", "map.fact.heading": "Cap", "map.fact.age": "Dernière réception", "map.fact.position": "Position",
  "map.ago": "il y a {age}", "map.selected": "Navire sélectionné", "map.copy_position": "Copier la position", "map.scale_true": "Exacte à la latitude du milieu de la carte",
  "map.measure": "Mesurer", "map.measure_from": "Mesurer d’ici", "map.measure_help": "Cliquez sur des points pour mesurer. Retour arrière en retire un, Échap termine.",
  "map.rings": "Cercles de distance ici", "map.rings_off": "Retirer les cercles de distance", "map.near": "Navires proches", "map.zones_here": "Zones ici", "map.no_zone_here": "Aucune zone ici", "map.zones_failed": "Les zones d’ici n’ont pas pu être demandées.",
  "map.window": "Carte dans sa propre fenêtre", "map.end": "Terminer",
  "map.following": "Suit la sélection", "map.isolated": "Seulement la sélection", "map.follow_off": "Ne suit plus",
  "map.tracks": { one: "{n} trace", other: "{n} traces" },
  "map.alerts_cut": { one: "{n} autre alerte n’est pas sur la carte", other: "{n} autres alertes ne sont pas sur la carte" },
  "map.tracks_failed": { one: "{n} trace n’a pas pu être chargée.", other: "{n} traces n’ont pas pu être chargées." },
  "map.no_track": "Aucune trace dans les {hours} dernières heures.", "map.too_many": "{n} navires : les traces de {most} au plus sont montrées. Rapprochez la carte.",
  "map.nothing_selected": "Rien n’est sélectionné.", "map.not_here": "Absent de l’image en ce moment.",
  "map.no_land": "Le trait de côte n’a pas pu être chargé.", "map.no_zones": "Les zones n’ont pas pu être chargées.", "map.no_coverage": "La couverture n’a pas pu être chargée.",
  "map.list.open": "Liste", "map.list.again": "Actualiser", "map.list.tracks": "Traces", "map.list.none": "Aucun navire ici.",
  "map.list.view": { one: "{n} navire en vue", other: "{n} navires en vue" }, "map.list.near": { one: "{n} navire à moins de {nm}", other: "{n} navires à moins de {nm}" },
  "map.list.box": { one: "{n} navire dans le cadre", other: "{n} navires dans le cadre" }, "map.list.cut": { one: "{n} autre n’est pas dans la liste.", other: "{n} autres ne sont pas dans la liste." },
  "map.key.go": "Aller à la sélection", "map.key.isolate": "Seulement la sélection", "map.key.follow": "Suivre la sélection", "map.key.track": "Trace : d’une alerte son temps, d’un navire 2 h", "map.key.track_all": "Traces de tous en vue",
  "map.key.labels": "Étiquettes suivantes", "map.key.colour": "Couleurs suivantes", "map.key.measure": "Mesurer", "map.key.escape": "Terminer ce qui est actif", "map.key.in": "Rapprocher", "map.key.out": "Éloigner", "map.key.pan": "Déplacer la carte",
  "map.key.point_back": "Retirer le dernier point", "map.key.list": "Navires en vue en liste", "map.key.pick": "Sélectionner au milieu", "map.key.menu": "Actions au milieu",
  "map.tracks_then": { one: "{n} trace du temps de l’alerte", other: "{n} traces du temps de l’alerte" },
  "map.now": "maintenant",
  "map.no_track_then": "Cette alerte ne garde aucune trace.",
};
export default words;
