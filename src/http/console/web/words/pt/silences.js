// @ts-check
// Palavras da vista dos silêncios.

/** @type {Record<keyof typeof import("../en/silences.js").default, string | import("../../words.js").Plural>} */
const words = {
  "silences.title": "Silêncios", "silences.in_force": { one: "{n} em vigor", other: "{n} em vigor" }, "silences.hold": { one: "{n} alerta retido", other: "{n} alertas retidos" },
  "silences.new": "Novo silêncio", "silences.none": "Nenhum silêncio em vigor, e nenhum acabou nas últimas 48 h.", "silences.now": "Em vigor", "silences.ahead": "Por começar", "silences.past": "Acabados nas últimas 48 h",
  "silences.col.number": "N.º", "silences.col.what": "O quê", "silences.col.until": "Até", "silences.col.holds": "Retém agora", "silences.col.who": "Por", "silences.col.why": "Motivo",
  "silences.from": "Desde {time}", "silences.left": "faltam {span}", "silences.lifted_at": "levantado {time}", "silences.ended_at": "acabou {time}", "silences.show": "Mostrar estes alertas na lista",
  "silences.again": "De novo", "silences.again_hint": "Fazer o mesmo silêncio de novo, pelo mesmo tempo", "silences.lift": "Levantar", "silences.of_other": "Feito por {name}",
  "silences.lift_why": "Porque se levanta o silêncio {number}?", "silences.zone": "zona {id}", "silences.vessel_hint": "Nome ou MMSI", "silences.vessel_what": "Escolha um navio da lista, ou escreva os nove algarismos do seu MMSI",
};
export default words;
