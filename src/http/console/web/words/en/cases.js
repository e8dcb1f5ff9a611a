// @ts-check
// Words of the list of cases.

const words = {
  "cases.title": "Cases", "cases.count": { one: "{n} case", other: "{n} cases" }, "cases.fresh": { one: "{n} new", other: "{n} new" }, "cases.find": "Find a name, an MMSI or a word",
  "cases.none": "No case yet. An alert of 20 points and more that names a vessel begins one.", "cases.none_found": "No loaded case has that in it.", "cases.more": "Load more",
  "cases.col.score": "Score", "cases.col.vessels": "Vessels", "cases.col.story": "Story", "cases.col.alerts": "Alerts", "cases.col.last": "Last", 
};
export default words;
