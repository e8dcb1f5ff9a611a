// @ts-check
// Palabras del mapa.

/** @type {typeof import("../en/map.js").default} */
const words = {
  "map.label": "Mapa de buques y alertas", "map.role": "mapa", "map.tools": "Herramientas del mapa", "map.menu": "Acciones en esta posición", "map.legend": "Capas y leyenda",
  "map.layers": "Capas", "map.vessels": "Buques", "map.alerts": "Alertas", "map.zones": "Zonas", "map.colour": "Color", "map.labels": "Etiquetas", "map.course_length": "Líneas de rumbo",
  "map.layer.vessels": "Buques", "map.layer.alerts": "Alertas", "map.layer.course": "Líneas de rumbo", "map.layer.zones": "Zonas y corredores", "map.layer.calm": "Aguas tranquilas",
  "map.layer.class_a": "Cobertura, clase A", "map.layer.class_b": "Cobertura, clase B", "map.layer.night": "Noche", "map.layer.grid": "Cuadrícula",
  "map.colour.muted": "Discreto", "map.colour.type": "Por tipo", "map.colour.speed": "Por velocidad", "map.colour.age": "Por antigüedad",
  "map.labels.none": "Ninguna", "map.labels.alerts": "Alertas", "map.labels.listed": "Buques listados", "map.labels.all": "Todas",
  "map.muted.plain": "Buque", "map.muted.listed": "Listado", "map.muted.in_case": "En un caso",
  "map.type.fishing": "Pesca", "map.type.service": "Remolcador, servicio", "map.type.pleasure": "Vela, recreo", "map.type.high_speed": "Alta velocidad",
  "map.type.passenger": "Pasaje", "map.type.cargo": "Carga", "map.type.tanker": "Buque tanque", "map.type.other": "Otro", "map.type.unknown": "Tipo desconocido",
  "map.sign.no_course": "Sin rumbo", "map.sign.stale": "Posición antigua", "map.sign.satellite": "Solo satélite", "map.sign.class_b": "Clase B", "map.sign.reach": "Alcance en silencio", "map.sign.interference": "Interferencia",
  "map.zone.corridor": "Corredor", "map.zone.area": "Área", "map.zone.port": "Aguas tranquilas", "map.zone.benign": "Inofensiva", "map.zone.source": "Región de origen", "map.unknown": "Desconocido",
  "map.fact.type": "Tipo", "map.fact.length": "Eslora", "map.fact.speed": "Velocidad", "map.fact.course": "Rumbo", "map.fact.heading": "Proa", "map.fact.age": "Última recepción", "map.fact.position": "Posición",
  "map.ago": "hace {age}", "map.selected": "Buque seleccionado", "map.copy_position": "Copiar posición", "map.scale_true": "Exacta en la latitud del centro del mapa",
  "map.measure": "Medir", "map.measure_from": "Medir desde aquí", "map.measure_help": "Haga clic en puntos para medir. Retroceso quita uno, Esc termina.",
  "map.rings": "Círculos de distancia aquí", "map.rings_off": "Quitar círculos de distancia", "map.near": "Buques cercanos", "map.zones_here": "Zonas aquí", "map.no_zone_here": "Ninguna zona aquí", "map.zones_failed": "No se pudieron consultar las zonas de aquí.",
  "map.window": "Mapa en su propia ventana", "map.end": "Terminar",
  "map.following": "Siguiendo la selección", "map.isolated": "Solo la selección", "map.follow_off": "Ya no se sigue",
  "map.tracks": { one: "{n} derrota", other: "{n} derrotas" },
  "map.alerts_cut": { one: "{n} alerta más no está en el mapa", other: "{n} alertas más no están en el mapa" },
  "map.tracks_failed": { one: "No se pudo cargar {n} derrota.", other: "No se pudieron cargar {n} derrotas." },
  "map.no_track": "Ninguna derrota en las últimas {hours} h.", "map.too_many": "{n} buques: se muestran derrotas de {most} como máximo. Acerque el mapa.",
  "map.nothing_selected": "No hay nada seleccionado.", "map.not_here": "No está en la imagen en este momento.",
  "map.no_land": "No se pudo cargar la línea de costa.", "map.no_zones": "No se pudieron cargar las zonas.", "map.no_coverage": "No se pudo cargar la cobertura.",
  "map.list.open": "Lista", "map.list.again": "Actualizar", "map.list.tracks": "Derrotas", "map.list.none": "Ningún buque aquí.",
  "map.list.view": { one: "{n} buque a la vista", other: "{n} buques a la vista" }, "map.list.near": { one: "{n} buque a menos de {nm}", other: "{n} buques a menos de {nm}" },
  "map.list.box": { one: "{n} buque en el recuadro", other: "{n} buques en el recuadro" }, "map.list.cut": { one: "{n} más no está en la lista.", other: "{n} más no están en la lista." },
  "map.key.go": "Ir a la selección", "map.key.isolate": "Solo la selección", "map.key.follow": "Seguir la selección", "map.key.track": "Derrota: de una alerta su tiempo, de un buque 2 h", "map.key.track_all": "Derrotas de todos a la vista",
  "map.key.labels": "Siguientes etiquetas", "map.key.colour": "Siguientes colores", "map.key.measure": "Medir", "map.key.escape": "Terminar lo que está activo", "map.key.in": "Acercar", "map.key.out": "Alejar", "map.key.pan": "Mover el mapa",
  "map.key.point_back": "Quitar el último punto", "map.key.list": "Buques a la vista en lista", "map.key.pick": "Seleccionar en el centro", "map.key.menu": "Acciones en el centro",
  "map.tracks_then": { one: "{n} derrota del tiempo de la alerta", other: "{n} derrotas del tiempo de la alerta" },
  "map.now": "ahora",
  "map.no_track_then": "Esta alerta no guarda ninguna derrota.",
};
export default words;
