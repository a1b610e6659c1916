"use strict";
// The map: countries, projects clustered by the server, lands on demand, a footprint to draw.
// Every element with the attribute data-map becomes one. Nothing is written as HTML: names from
// the tables are text. Leaflet sets its styles by the DOM, which the content policy allows.
(function () {
  const WORLD = [[-50, -130], [66, 160]];
  const BIG = { minZoom: 1, maxZoom: 12, maxBoundsViscosity: 1,
                maxBounds: [[-90, -180], [90, 180]], attributionControl: false };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  async function asked(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail || answer.statusText);
    return said;
  }

  function boxOf(map) {
    const seen = map.getBounds();
    const lon = (x) => Math.min(180, Math.max(-180, x)).toFixed(4);
    const lat = (y) => Math.min(90, Math.max(-90, y)).toFixed(4);
    return [lon(seen.getWest()), lat(seen.getSouth()), lon(seen.getEast()), lat(seen.getNorth())].join(",");
  }

  function view(map) {
    return "box=" + boxOf(map) + "&zoom=" + Math.min(12, Math.max(0, Math.round(map.getZoom())));
  }

  const count = (n) => n.toLocaleString("en");
  const BANDS = ["not assessed", "low", "moderate", "high", "extreme"];

  class RiskMap {
    constructor(box) {
      this.box = box;
      this.about = box.dataset;
      this.says = document.getElementById(this.about.says || "") || element("p");
      this.map = L.map(box, { ...BIG, scrollWheelZoom: !this.isSmall, renderer: L.svg({ padding: 0.4 }) });
      this.countries = this.pane("countries", 210);
      this.lands = this.pane("lands", 320);
      this.site = this.pane("site", 620);
      this.marks = L.layerGroup().addTo(this.map);
      L.control.scale({ imperial: false }).addTo(this.map);
      this.start();
      this.map.on("moveend", () => this.later());
      this.choices();
      this.follow();
      if (this.about.site) this.show();
      if (this.about.draw) this.drawing();
    }

    get isSmall() { return this.box.classList.contains("small-map"); }

    pane(name, height) {
      this.map.createPane(name).style.zIndex = height;
      return L.geoJSON(null, {
        pane: name,
        style: (feature) => ({ className: name + " of-" + (feature.properties.kind || "country") }),
        pointToLayer: (feature, at) => L.circleMarker(at, { pane: name, radius: 4, interactive: !this.about.draw, className: name + " of-" + feature.properties.kind }),
        onEachFeature: (feature, layer) => this.named(feature.properties, layer),
        interactive: name === "lands" && !this.about.draw,
      }).addTo(this.map);
    }

    named(about, layer) {
      if (!about.link) return;
      layer.bindPopup(() => {
        const told = element("div");
        const link = element("a", "", about.name);
        link.href = about.link;
        told.append(link, element("p", "", [about.people, about.layer].filter(Boolean).join(" · ")));
        return told;
      });
    }

    start() {
      const [lat, lon, zoom] = (this.about.at || "").split(",").map(Number);
      const [west, south, east, north] = (this.about.box || "").split(",").map(Number);
      if (this.about.at) this.map.setView([lat, lon], zoom);
      else if (this.about.box && west <= east) this.map.fitBounds([[south, west], [north, east]]);
      else this.map.fitBounds(WORLD);
      this.fits = Boolean(this.about.fit);
    }

    choices() {
      this.boxes = this.about.choices ? [...document.querySelectorAll(this.about.choices)] : [];
      for (const each of this.boxes) each.addEventListener("change", () => this.follow());
    }

    later() {
      clearTimeout(this.waits);
      this.waits = setTimeout(() => this.follow(), 150);
    }

    async follow() {
      const turn = (this.turn = (this.turn || 0) + 1);
      try {
        await Promise.all([this.outlines(turn), this.projects(turn), this.layers(turn)]);
      } catch (error) {
        this.says.textContent = "The map could not be read: " + error.message;
      }
      if (turn === this.turn) this.box.dataset.ready = String(turn);
    }

    async outlines(turn) {
      const zoom = Math.round(this.map.getZoom());
      // One address for all that shows much of the world, so that the browser keeps the answer.
      const address = this.about.outlines + "?" + (zoom <= 3 ? "zoom=3" : view(this.map));
      if (address === this.drawn) return;
      const found = await asked(address);
      if (turn !== this.turn) return;
      this.drawn = address;
      this.countries.clearLayers().addData(found);
    }

    async projects(turn) {
      if (!this.about.clusters) return;
      const found = await asked(this.about.clusters + "?" + view(this.map) + (this.about.filters ? "&" + this.about.filters : ""));
      if (turn !== this.turn) return;
      if (this.fits && found.cells.length) return this.fit(found.cells);
      this.marks.clearLayers();
      const open = this.opened;
      for (const cell of found.cells) this.marks.addLayer(this.mark(cell, found.step));
      if (open && !this.map.hasLayer(open)) open.openOn(this.map);
      const bands = found.bands.map((n, band) => [n, BANDS[band]]).filter(([n]) => n).reverse();
      this.says.textContent = count(found.total) + (found.total === 1 ? " project" : " projects") +
        " in view" + (bands.length ? ": " + bands.map(([n, band]) => count(n) + " " + band).join(", ") : "") + "." +
        (found.counted_at ? " Counted at " + found.counted_at + "." : "");
      const list = document.getElementById(this.about.list || "");
      if (list) list.href = "?" + (this.about.filters ? this.about.filters + "&" : "") + "box=" + boxOf(this.map) + "#list";
    }

    fit(cells) {
      this.fits = false;
      const edges = cells.map((cell) => cell.box);
      this.map.fitBounds([[Math.min(...edges.map((e) => e[1])), Math.min(...edges.map((e) => e[0]))],
                          [Math.max(...edges.map((e) => e[3])), Math.max(...edges.map((e) => e[2]))]],
                         { maxZoom: 7, padding: [20, 20], animate: false });
    }

    // A cluster stands in the middle part of its cell, so that none covers its neighbour; a project
    // stands where it is.
    placed(cell, step) {
      if (cell.number === 1) return cell.at;
      const middle = (x, from) => (Math.floor((x - from) / step) + 0.5) * step + from;
      const near = (x, at) => Math.min(at + step / 7, Math.max(at - step / 7, x));
      return [near(cell.at[0], middle(cell.at[0], -90)), near(cell.at[1], middle(cell.at[1], -180))];
    }

    mark(cell, step) {
      const byWorst = this.boxes.some((each) => each.name === "worst" && each.checked);
      const score = byWorst ? cell.worst : cell.mean;
      const look = byWorst ? cell.worst_look : cell.look;
      const alone = cell.number === 1;
      const face = element("div", "pin " + (alone ? "one " : "many ") + look);
      face.append(element("span", "points", score === null ? "?" : Math.round(score)));
      if (!alone) face.append(element("span", "count", count(cell.number)));
      const size = alone ? 30 : 30 + 4 * Math.min(4, Math.log10(cell.number));
      const words = alone ? cell.name + ": " + this.words(score, look) : count(cell.number) + " projects: mean " + this.words(cell.mean, cell.look) + ", worst " + this.words(cell.worst, cell.worst_look);
      const pin = L.marker(this.placed(cell, step), { icon: L.divIcon({ html: face, className: "pin-box", iconSize: [size, size] }), title: words, riseOnHover: true });
      pin.on("add", () => pin.getElement().setAttribute("aria-label", words));
      pin.on("click", () => (alone ? this.tell(cell) : this.nearer(cell)));
      pin.on("keypress", (event) => { if (event.originalEvent.key === "Enter") pin.fire("click"); });
      return pin;
    }

    words(score, look) {
      return score === null ? "not assessed" : score.toFixed(1) + " (" + look.replace("-", " ") + ")";
    }

    nearer(cell) {
      const [west, south, east, north] = cell.box;
      const isPoint = Math.max(east - west, north - south) < 0.01;
      if (!isPoint && this.map.getZoom() < this.map.getMaxZoom()) {
        this.map.fitBounds([[south, west], [north, east]], { padding: [40, 40] });
        return;
      }
      const told = element("div");
      const link = element("a", "", count(cell.number) + " projects stand here: list them");
      link.href = this.about.page + "?" + (this.about.filters ? this.about.filters + "&" : "") + "box=" + cell.box.join(",") + "#list";
      told.append(link);
      L.popup().setLatLng(cell.at).setContent(told).openOn(this.map);
    }

    async tell(cell) {
      const popup = L.popup({ minWidth: 210, autoPanPadding: [20, 20] }).setLatLng(cell.at).setContent(cell.name);
      this.opened = popup.openOn(this.map);
      popup.on("remove", () => { if (this.closing !== popup) this.opened = null; });
      const about = await asked(cell.about);
      const told = element("div", "told");
      const link = element("a", "", about.name);
      link.href = about.link;
      told.append(link, element("p", "", [about.where, about.kind, about.status].join(" · ")));
      const table = element("table");
      for (const score of about.scores) {
        const row = table.insertRow();
        row.append(element("th", "", score.label), element("td", "number", score.points));
        row.insertCell().append(element("span", "band " + score.look, score.band));
      }
      told.append(table);
      popup.setContent(told);
      this.outline(about);
    }

    outline(about) {
      this.site.clearLayers();
      if (about.outline) this.site.addData({ type: "Feature", properties: { kind: "footprint" }, geometry: about.outline });
      else L.circle(about.at, { pane: "site", radius: about.radius_km * 1000, className: "site of-footprint", interactive: false }).addTo(this.site);
    }

    async show() {
      try {
        const about = await asked(this.about.site);
        this.outline(about);
        L.circleMarker(about.at, { pane: "site", radius: 5, className: "site of-point", interactive: false }).addTo(this.site);
      } catch (error) {
        this.says.textContent = "The project could not be read: " + error.message;
      }
    }

    async layers(turn) {
      if (!this.about.lands) return;
      const kinds = this.about.layers ? this.about.layers.split(",") : this.boxes.filter((each) => each.name === "layer" && each.checked).map((each) => each.value);
      const told = document.getElementById(this.about.landsSay || "") || element("p");
      if (!kinds.length) {
        this.lands.clearLayers();
        told.textContent = "";
        return;
      }
      const found = await asked(this.about.lands + "?" + view(this.map) + kinds.map((kind) => "&layer=" + kind).join(""));
      if (turn !== this.turn) return;
      this.lands.clearLayers().addData(found);
      const shown = found.features.length;
      told.textContent = (shown ? count(shown) + " mapped lands and places in view" + (found.more ? " and " + count(found.more) + " more: zoom in" : "") : "None in view") +
        (found.layers.length ? ". Maps: " + found.layers.map((layer) => layer.name + " (" + layer.steward + "; " + layer.licence + ")").join(", ") : "") + ". Where no map speaks, nothing is known.";
    }

    // The corners stand in a field, one a line: a click adds one, the keyboard writes them.
    drawing() {
      const field = document.getElementById(this.about.draw);
      const shape = L.polygon([], { pane: "site", className: "site of-footprint", interactive: false }).addTo(this.site);
      const read = () => field.value.split(/[\n;]+/).map((line) => line.trim().split(/[\s,]+/).map(Number))
        .filter((corner) => corner.length === 2 && corner.every(Number.isFinite) && Math.abs(corner[0]) <= 90);
      const dots = L.layerGroup().addTo(this.map);
      const draw = () => {
        const corners = read();
        shape.setLatLngs(corners);
        dots.clearLayers();
        for (const corner of corners) L.circleMarker(corner, { pane: "site", radius: 4, className: "site of-point", interactive: false }).addTo(dots);
        return corners;
      };
      this.map.on("click", (event) => {
        const line = event.latlng.lat.toFixed(5) + ", " + event.latlng.lng.toFixed(5);
        field.value = field.value.trimEnd() + (field.value.trim() ? "\n" : "") + line;
        draw();
      });
      field.addEventListener("input", draw);
      const undo = document.getElementById(this.about.undo);
      if (undo) undo.addEventListener("click", () => {
        field.value = field.value.trimEnd().split("\n").slice(0, -1).join("\n");
        draw();
      });
      const corners = draw();
      if (corners.length > 1) this.map.fitBounds(corners, { maxZoom: 11, padding: [30, 30] });
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("[data-map]")) new RiskMap(box);
  });
})();
