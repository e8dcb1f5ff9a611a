// @ts-check
// Palavras da moldura.

/** @type {Record<keyof typeof import("../en/shell.js").default, string | import("../../words.js").Plural>} */
const words = {
  "nav.watch": "Vigia", "nav.list": "Alertas", "nav.map": "Mapa", "nav.alerts": "Alertas", "nav.alert": "Alerta", "nav.cases": "Casos", "nav.case": "Caso",
  "nav.vessel": "Navio", "nav.vessels": "Navios", "nav.zones": "Zonas", "nav.silences": "Silêncios", "nav.status": "Estado", "nav.people": "Pessoas", "nav.audit": "Auditoria",
  "nav.login": "Iniciar sessão", "nav.unknown": "Não encontrado",
  "frame.pages": "Páginas", "frame.marking": "Marcação mais alta do que esta página mostrou", "frame.local_time": "aqui {time}", "frame.lag": "motor −{span}",
  "frame.recorded": "GRAVAÇÃO", "frame.recorded_title": "Dados gravados: horas e idades são as da gravação. O relógio indica {time}.",
  "frame.lag_title": "Quanto o tempo do motor está atrás do relógio", "frame.feeds": "Fontes", "frame.budget": "Orçamento", "frame.budget_of": "{today} de {allowed}",
  "frame.budget_title": "Alertas de hoje, médios ou acima, do número que um turno consegue ver", "frame.palette": "Paleta", "frame.language": "Língua",
  "frame.sound_on": "Som ligado", "frame.sound_off": "Som desligado", "frame.no_page": "Não há página {path}.", "frame.not_loaded": "Não foi possível carregar esta página. Será carregada assim que o serviço voltar a responder.", "frame.unknown_since": "Desconhecido desde as {time}: a ligação está perdida", "frame.lag_unknown": "motor: desconhecido",
  "feeds.up": { one: "{n} ativa", other: "{n} ativas" }, "feeds.lagging": { one: "{n} atrasada", other: "{n} atrasadas" }, "feeds.silent": "{n} em silêncio",
  "palette.system": "Como o sistema", "palette.day": "Dia", "palette.dusk": "Crepúsculo", "palette.night": "Noite",
  "role.viewer": "observador", "role.analyst": "analista", "role.supervisor": "supervisor", "role.admin": "administrador", "role.auditor": "auditor", "role.n": { one: "{n} função", other: "{n} funções" },
  "search.placeholder": "Procurar: navio, alerta, caso, zona, posição", "search.label": "Procurar", "search.nothing": "Nada encontrado.", "search.vessels": "Navios", "search.alerts": "Alertas", "search.cases": "Casos",
  "search.zones": "Zonas", "search.coordinates": "Posição",
  "keys.title": "Teclas", "keys.help": "Teclas desta página", "keys.search": "Procurar", "keys.palette": "Paleta seguinte", "keys.palette_is": "Paleta: {name}", "keys.mute": "Ligar ou desligar o som", "keys.close": "Fechar o que está aberto",
  "keys.scope.list": "Lista", "keys.scope.alert": "Alerta", "keys.scope.map": "Mapa", "keys.scope.all": "Em todo o lado", "keys.single": "As teclas sem Ctrl nem Alt funcionam",
  "warning.ended": "A sessão terminou{why}. O que está no ecrã fica; inicie sessão para continuar.", "warning.lost": "Ligação perdida desde {time} ({span}). O que se vê pode estar desatualizado. A tentar de novo.",
  "warning.version": "Há uma nova versão da consola. Recarregue quando lhe convier.", "warning.clock": "O relógio desta máquina tem um desvio de {span}.", "warning.not_ready": "O serviço não está pronto: {why}",
  "warning.feeds": { one: "Fonte em silêncio: {names}", other: "{n} fontes em silêncio: {names}" }, "warning.since": "{name} desde {time}", "warning.exercise_word": "EXERCÍCIO", "warning.exercise": "Há dados de exercício no ecrã.",
  "account.title": "Conta",
  "account.sign_out": "Terminar sessão",
  "time.as_of": "situação: {time}",
  "time.ago": "há {span}",
  "warning.purpose": "Para que serve este turno? Cada consulta de pormenores fica registada com a finalidade.", "warning.purpose_keep": "Registar",
  "ask.export": "Para que é esta exportação?", "ask.search": "Para que é esta pesquisa de navios?", "ask.detail": "Para que consulta isto?", "ask.recorded": "A resposta fica registada na auditoria.",
  "ask.do.export": "Exportar", "ask.do.search": "Pesquisar", "ask.do.detail": "Mostrar", "ask.give": "Indicar a finalidade",
  "search.where": "Procura-se em nomes, MMSI, números IMO e indicativos, palavras de alertas, casos, zonas e posições. Para um tipo de navio use o filtro da lista, como type:tug.",
  "account.no_way_back": "Não tem palavra-passe: sem uma nova ligação não poderá voltar a entrar. Defina antes uma em Conta.",
  "frame.recording_over": "FIM DA GRAVAÇÃO",
  "warning.recording_over": "A gravação terminou em {time}: nada mais chega, e as idades já não aumentam.",
  "warning.by_clock": "{time} pelo relógio",
  "search.more": { one: "mais {n}: mostrar todos", other: "mais {n}: mostrar todos" }, "search.vessels_found": { one: "{n} navio", other: "{n} navios" }, "search.more_vessels": "Mostrar mais, de {n} restantes",
  "action.show_on_map": "Mostrar no mapa", "vessel.no_position": "Não se conhece agora nenhuma posição deste navio",
};
export default words;
