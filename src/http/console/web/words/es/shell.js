// @ts-check
// Palabras del marco.

/** @type {Record<keyof typeof import("../en/shell.js").default, string | import("../../words.js").Plural>} */
const words = {
  "nav.watch": "Guardia", "nav.list": "Alertas", "nav.map": "Mapa", "nav.alerts": "Alertas", "nav.alert": "Alerta", "nav.cases": "Casos", "nav.case": "Caso",
  "nav.vessel": "Buque", "nav.vessels": "Buques", "nav.zones": "Zonas", "nav.silences": "Silencios", "nav.status": "Estado", "nav.people": "Personas", "nav.audit": "Auditoría",
  "nav.login": "Iniciar sesión", "nav.unknown": "No encontrado",
  "frame.pages": "Páginas", "frame.marking": "Marcado más alto de lo que ha mostrado esta página", "frame.local_time": "aquí {time}", "frame.lag": "motor −{span}",
  "frame.recorded": "GRABACIÓN", "frame.recorded_title": "Datos grabados: horas y antigüedades son las de la grabación. El reloj marca {time}.",
  "frame.lag_title": "Cuánto va el tiempo del motor por detrás del reloj", "frame.feeds": "Fuentes", "frame.budget": "Presupuesto", "frame.budget_of": "{today} de {allowed}",
  "frame.budget_title": "Alertas de hoy, medias o más graves, del número que una guardia puede mirar", "frame.palette": "Paleta", "frame.language": "Idioma",
  "frame.sound_on": "Sonido activado", "frame.sound_off": "Sonido desactivado", "frame.no_page": "No hay página {path}.", "frame.not_loaded": "No se pudo cargar esta página. Se cargará en cuanto el servicio vuelva a responder.", "frame.unknown_since": "Desconocido desde las {time}: se ha perdido la conexión", "frame.lag_unknown": "motor: desconocido",
  "feeds.up": { one: "{n} activa", other: "{n} activas" }, "feeds.lagging": "{n} con retraso", "feeds.silent": "{n} en silencio",
  "palette.system": "Como el sistema", "palette.day": "Día", "palette.dusk": "Crepúsculo", "palette.night": "Noche",
  "role.viewer": "observador", "role.analyst": "analista", "role.supervisor": "supervisor", "role.admin": "administrador", "role.auditor": "auditor", "role.n": { one: "{n} función", other: "{n} funciones" },
  "search.placeholder": "Buscar: buque, alerta, caso, zona, posición", "search.label": "Buscar", "search.nothing": "Nada encontrado.", "search.vessels": "Buques", "search.alerts": "Alertas", "search.cases": "Casos",
  "search.zones": "Zonas", "search.coordinates": "Posición",
  "keys.title": "Teclas", "keys.help": "Teclas de esta página", "keys.search": "Buscar", "keys.palette": "Paleta siguiente", "keys.palette_is": "Paleta: {name}", "keys.mute": "Activar o quitar el sonido", "keys.close": "Cerrar lo que está abierto",
  "keys.scope.list": "Lista", "keys.scope.alert": "Alerta", "keys.scope.map": "Mapa", "keys.scope.all": "En todas partes", "keys.single": "Las teclas sin Ctrl ni Alt funcionan",
  "warning.ended": "La sesión ha terminado{why}. Lo que está en pantalla se queda; inicie sesión para seguir.", "warning.lost": "Conexión perdida desde {time} ({span}). Lo mostrado puede no estar al día. Reintentando.",
  "warning.version": "Hay una nueva versión de la consola. Recargue cuando le convenga.", "warning.clock": "El reloj de esta máquina se desvía {span}.", "warning.not_ready": "El servicio no está listo: {why}",
  "warning.feeds": { one: "Fuente en silencio: {names}", other: "{n} fuentes en silencio: {names}" }, "warning.since": "{name} desde {time}", "warning.exercise_word": "EJERCICIO", "warning.exercise": "Hay datos de ejercicio en pantalla.",
  "account.title": "Cuenta",
  "account.sign_out": "Cerrar sesión",
  "time.as_of": "situación: {time}",
  "time.ago": "hace {span}",
  "warning.purpose": "¿Para qué es esta guardia? Cada consulta de detalles queda registrada con la finalidad.", "warning.purpose_keep": "Registrarla",
  "ask.export": "¿Para qué es esta exportación?", "ask.search": "¿Para qué es esta búsqueda de buques?", "ask.detail": "¿Para qué consulta esto?", "ask.recorded": "La respuesta queda registrada en la auditoría.",
  "ask.do.export": "Exportar", "ask.do.search": "Buscar", "ask.do.detail": "Mostrar", "ask.give": "Indicar la finalidad",
  "search.where": "Se busca en nombres, MMSI, números OMI e indicativos, palabras de alertas, casos, zonas y posiciones. Para un tipo de buque use el filtro de la lista, como type:tug.",
  "account.no_way_back": "No tiene contraseña: sin un enlace nuevo no podrá volver a entrar. Ponga antes una en Cuenta.",
  "frame.recording_over": "FIN DE LA GRABACIÓN",
  "warning.recording_over": "La grabación terminó el {time}: ya no llega nada, y las antigüedades ya no aumentan.",
  "warning.by_clock": "{time} según el reloj",
  "search.more": { one: "{n} más: mostrar todos", other: "{n} más: mostrar todos" }, "search.vessels_found": { one: "{n} buque", other: "{n} buques" }, "search.more_vessels": "Mostrar más, de {n} restantes",
  "action.show_on_map": "Mostrar en el mapa", "vessel.no_position": "No se conoce ahora ninguna posición de este buque",
};
export default words;
