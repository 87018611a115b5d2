// A map to pick a point from; its land comes from our own server, and the text field keeps the truth.
import { geoJSON, map as makeMap } from "leaflet/dist/leaflet-src.esm.js";

const KALTIM = [[-2.4, 115.9], [2.6, 119.1]];
const degrees = (value, plus, minus) =>
  `${Math.abs(value).toFixed(6).replace(".", ",")} ${value < 0 ? minus : plus}`;

export async function open({ field, panel, land, check, centre }) {
  const place = panel.querySelector("[data-map]");
  const told = panel.querySelector("[data-map-told]");
  const map = makeMap(place, { attributionControl: false, minZoom: 6, maxZoom: 17, zoomControl: false });
  const drawn = await fetch(land).then((answer) => answer.json());
  geoJSON(drawn, {
    interactive: false,
    style: { color: "#5d7278", weight: 1.5, fillColor: "#f2eee6", fillOpacity: 1 },
  }).addTo(map);
  if (centre) {
    map.setView(centre, 12);
  } else {
    map.fitBounds(KALTIM);
  }
  const written = () => {
    const { lat, lng } = map.getCenter();
    return `${degrees(lat, "LU", "LS")}; ${degrees(lng, "BT", "BB")}`;
  };
  let last = 0;
  const tell = async () => {
    last += 1;
    const mine = last;
    const text = written();
    const answer = await fetch(`${check}?titik=${encodeURIComponent(text)}`).catch(() => null);
    if (mine === last) {
      told.textContent = answer && answer.ok ? `${text}. ${await answer.text()}` : text;
    }
  };
  map.on("moveend", tell);
  map.on("click", (event) => map.panTo(event.latlng));
  panel.querySelector("[data-map-in]").addEventListener("click", () => map.zoomIn());
  panel.querySelector("[data-map-out]").addEventListener("click", () => map.zoomOut());
  panel.querySelector("[data-map-take]").addEventListener("click", () => {
    field.value = written();
    for (const name of ["input", "change"]) {
      field.dispatchEvent(new Event(name, { bubbles: true }));
    }
    panel.hidden = true;
    field.focus();
  });
  tell();
  place.focus();
  return map;
}
