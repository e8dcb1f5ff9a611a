// @ts-check
// Palavras do mapa.

/** @type {typeof import("../en/map.js").default} */
const words = {
  "map.label": "Mapa de navios e alertas", "map.role": "mapa", "map.tools": "Ferramentas do mapa", "map.menu": "Ações nesta posição", "map.legend": "Camadas e legenda",
  "map.layers": "Camadas", "map.vessels": "Navios", "map.alerts": "Alertas", "map.zones": "Zonas", "map.colour": "Cor", "map.labels": "Etiquetas", "map.course_length": "Linhas de rumo",
  "map.layer.vessels": "Navios", "map.layer.alerts": "Alertas", "map.layer.course": "Linhas de rumo", "map.layer.zones": "Zonas e corredores", "map.layer.calm": "Águas calmas",
  "map.layer.class_a": "Cobertura, classe A", "map.layer.class_b": "Cobertura, classe B", "map.layer.night": "Noite", "map.layer.grid": "Grelha",
  "map.colour.muted": "Discreta", "map.colour.type": "Por tipo", "map.colour.speed": "Por velocidade", "map.colour.age": "Por idade",
  "map.labels.none": "Nenhuma", "map.labels.alerts": "Alertas", "map.labels.listed": "Navios listados", "map.labels.all": "Todas",
  "map.muted.plain": "Navio", "map.muted.listed": "Listado", "map.muted.in_case": "Num caso",
  "map.type.fishing": "Pesca", "map.type.service": "Rebocador, serviço", "map.type.pleasure": "Vela, recreio", "map.type.high_speed": "Alta velocidade",
  "map.type.passenger": "Passageiros", "map.type.cargo": "Carga", "map.type.tanker": "Navio-tanque", "map.type.other": "Outro", "map.type.unknown": "Tipo desconhecido",
  "map.sign.no_course": "Sem rumo", "map.sign.stale": "Posição antiga", "map.sign.satellite": "Só satélite", "map.sign.class_b": "Classe B", "map.sign.reach": "Alcance em silêncio", "map.sign.interference": "Interferência",
  "map.zone.corridor": "Corredor", "map.zone.area": "Área", "map.zone.port": "Águas calmas", "map.zone.benign": "Inofensiva", "map.zone.source": "Região de origem", "map.unknown": "Desconhecido",
  "map.fact.type": "Tipo", "map.fact.length": "Comprimento", "map.fact.speed": "Velocidade", "map.fact.course": "Rumo", "map.fact.heading": "Proa", "map.fact.age": "Última receção", "map.fact.position": "Posição",
  "map.ago": "há {age}", "map.selected": "Navio selecionado", "map.copy_position": "Copiar posição", "map.scale_true": "Exata na latitude do meio do mapa",
  "map.measure": "Medir", "map.measure_from": "Medir a partir daqui", "map.measure_help": "Clique em pontos para medir. Retrocesso retira um, Esc termina.",
  "map.rings": "Círculos de distância aqui", "map.rings_off": "Retirar círculos de distância", "map.near": "Navios próximos", "map.zones_here": "Zonas aqui", "map.no_zone_here": "Nenhuma zona aqui", "map.zones_failed": "Não foi possível consultar as zonas daqui.",
  "map.window": "Mapa em janela própria", "map.end": "Terminar",
  "map.following": "A seguir a seleção", "map.isolated": "Só a seleção", "map.follow_off": "Deixou de seguir",
  "map.tracks": { one: "{n} trajeto", other: "{n} trajetos" },
  "map.alerts_cut": { one: "Mais {n} alerta não está no mapa", other: "Mais {n} alertas não estão no mapa" },
  "map.tracks_failed": { one: "{n} trajeto não pôde ser carregado.", other: "{n} trajetos não puderam ser carregados." },
  "map.no_track": "Nenhum trajeto nas últimas {hours} h.", "map.too_many": "{n} navios: mostram-se trajetos de {most} no máximo. Aproxime o mapa.",
  "map.nothing_selected": "Nada está selecionado.", "map.not_here": "Não está na imagem neste momento.",
  "map.no_land": "Não foi possível carregar a linha de costa.", "map.no_zones": "Não foi possível carregar as zonas.", "map.no_coverage": "Não foi possível carregar a cobertura.",
  "map.list.open": "Lista", "map.list.again": "Atualizar", "map.list.tracks": "Trajetos", "map.list.none": "Nenhum navio aqui.",
  "map.list.view": { one: "{n} navio à vista", other: "{n} navios à vista" }, "map.list.near": { one: "{n} navio a menos de {nm}", other: "{n} navios a menos de {nm}" },
  "map.list.box": { one: "{n} navio na caixa", other: "{n} navios na caixa" }, "map.list.cut": { one: "Mais {n} não está na lista.", other: "Mais {n} não estão na lista." },
  "map.key.go": "Ir para a seleção", "map.key.isolate": "Só a seleção", "map.key.follow": "Seguir a seleção", "map.key.track": "Trajeto: de um alerta o seu tempo, de um navio 2 h", "map.key.track_all": "Trajetos de todos à vista",
  "map.key.labels": "Etiquetas seguintes", "map.key.colour": "Cores seguintes", "map.key.measure": "Medir", "map.key.escape": "Terminar o que está ativo", "map.key.in": "Aproximar", "map.key.out": "Afastar", "map.key.pan": "Mover o mapa",
  "map.key.point_back": "Retirar o último ponto", "map.key.list": "Navios à vista em lista", "map.key.pick": "Selecionar no meio", "map.key.menu": "Ações no meio",
  "map.tracks_then": { one: "{n} trajeto do tempo do alerta", other: "{n} trajetos do tempo do alerta" },
  "map.now": "agora",
  "map.no_track_then": "Este alerta não guarda nenhum trajeto.",
};
export default words;
