// A map to pick a point from; its land comes from our own server, and the text field keeps the truth.
import { circleMarker, geoJSON, layerGroup, map as makeMap } from "leaflet/dist/leaflet-src.esm.js";

const KALTIM = [[-2.4, 115.9], [2.6, 119.1]];
// Beyond this window the land's file ends, and all would look like sea.
const UNKNOWN = {
  type: "Polygon",
  coordinates: [
    [[60, -60], [180, -60], [180, 60], [60, 60], [60, -60]],
    [[115.5, -3.1], [115.5, 3.2], [119.75, 3.2], [119.75, -3.1], [115.5, -3.1]],
  ],
};
// Where a point's name stands: outwards at both ends, above and below between them, so that neighbours are read.
const side = (number, last) => {
  if (number === last) {
    return "right";
  }
  return number === 0 ? "left" : ["top", "bottom"][number % 2];
};
const degrees = (value, plus, minus) =>
  `${Math.abs(value).toFixed(6).replace(".", ",")} ${value < 0 ? minus : plus}`;

// Draw the land in the panel, which must be visible; `ask` tells the server's word on a point's text.
export function draw({ panel, land, ask, take }) {
  const place = panel.querySelector("[data-map]");
  const told = panel.querySelector("[data-map-told]");
  const map = makeMap(place, { attributionControl: false, minZoom: 6, maxZoom: 17, zoomControl: false });
  map.fitBounds(KALTIM);
  geoJSON(UNKNOWN, { interactive: false, style: { stroke: false, fillColor: "#8b979b", fillOpacity: 1 } }).addTo(map);
  geoJSON(land, {
    interactive: false,
    style: { color: "#5d7278", weight: 1.5, fillColor: "#f2eee6", fillOpacity: 1 },
  }).addTo(map);
  const others = layerGroup().addTo(map);
  const written = () => {
    const { lat, lng } = map.getCenter();
    return `${degrees(lat, "LU", "LS")}; ${degrees(lng, "BT", "BB")}`;
  };
  let last = 0;
  const tell = async () => {
    last += 1;
    const mine = last;
    const text = written();
    const said = await ask(text);
    if (mine === last) {
      told.textContent = said ? `${text}. ${said}` : text;
    }
  };
  map.on("moveend", tell);
  map.on("click", (event) => map.panTo(event.latlng));
  panel.querySelector("[data-map-in]").addEventListener("click", () => map.zoomIn());
  panel.querySelector("[data-map-out]").addEventListener("click", () => map.zoomOut());
  panel.querySelector("[data-map-take]").addEventListener("click", () => take(written()));

  // Look at a place (null: the whole province), with the other points of the form and their names.
  const aim = ({ label, centre, points }) => {
    place.setAttribute("aria-label", `Peta untuk ${label}`);
    told.textContent = "";
    map.invalidateSize({ animate: false });
    others.clearLayers();
    const named = new Map(); // points at the same place share one mark
    for (const { at, name } of points) {
      named.set(at.join(), { at, names: [...(named.get(at.join())?.names || []), name] });
    }
    const marks = [...named.values()].sort((one, other) => one.at[1] - other.at[1]);
    marks.forEach(({ at, names }, number) => {
      const name = document.createElement("div");
      name.className = "m-map__name";
      name.textContent = names.join(", ");
      circleMarker(at, { radius: 6, color: "#0a4652", fillColor: "#0a4652", fillOpacity: 1, interactive: false })
        .bindTooltip(name, { permanent: true, direction: side(number, marks.length - 1) })
        .addTo(others);
    });
    if (centre) {
      map.setView(centre, 12, { animate: false });
    } else {
      map.fitBounds(KALTIM, { animate: false });
    }
    tell();
  };
  return { aim, place };
}
