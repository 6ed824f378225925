/* What came before: earlier services, read and refused as the evaluators in Python do, and what is counted among them.
 *
 * A service is a mapping with an `id`, whether it was `paid`, and facts like those of a claim.
 */
(function (root) {
  "use strict";

  const { Refused, compareTexts, shown } = typeof require === "undefined" ? root.RuleproofValues : require("./values.js");

  /* Read a history with `read`, which gives the values and cells of the facts of a service; null where none is told. */
  function pastOf(history, keyed, read) {
    if (history === null || history === undefined) return null;
    if (!keyed) {
      const said = "this policy has no limits over a history, so a history would be left unread; leave it out";
      throw new Refused(said, "history");
    }
    if (!Array.isArray(history)) {
      throw new Refused("a history is a list of earlier services, not " + shown(history), "history");
    }
    const services = history.map((told, place) => earlier(told, place + 1, read));
    refuseDisorder(services);
    return services;
  }

  function earlier(told, number, read) {
    const known = told !== null && typeof told === "object" && !Array.isArray(told) ? { ...told } : null;
    if (!known || typeof known.id !== "string" || !known.id) {
      const said = "earlier service " + number + " has no `id`: give each service a mapping with a text that names it";
      throw new Refused(said, "history");
    }
    try {
      const { paid } = known;
      delete known.paid;
      if (![true, false, "yes", "no", undefined].includes(paid)) {
        throw new Refused("`paid` cannot be " + shown(paid) + ": it is yes or no", "paid");
      }
      return { id: known.id, paid: paid === undefined ? undefined : paid === true || paid === "yes", ...read(known) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const refused = new Refused("earlier service " + shown(known.id) + ": " + error.message, error.input);
      refused.service = number;
      throw refused;
    }
  }

  function refuseDisorder(services) {
    const seen = new Set();
    let last = null, of = null;
    for (const service of services) {
      if (seen.has(service.id)) throw new Refused("the service " + shown(service.id) + " stands in the history twice", "history");
      seen.add(service.id);
      const { patient_id: patient, service_date: day } = service.values;
      if (typeof patient === "string") {
        if (of && of.values.patient_id !== patient) {
          const told = shown(service.id) + " is of patient " + shown(patient) + ", " + shown(of.id) + " of " + shown(of.values.patient_id);
          throw new Refused("the history mixes patients: " + told, "history");
        }
        of = service;
      }
      if (typeof day === "string") {
        if (last && compareTexts(day, last.values.service_date) < 0) {
          const before = shown(last.id) + " of " + last.values.service_date;
          throw new Refused("the history is in the wrong order: " + shown(service.id) + " of " + day + " stands after " + before, "history");
        }
        last = service;
      }
    }
  }

  /* Refuse a history of another patient than the line, and one that holds the line itself. */
  function checkAgainst(services, values) {
    const { patient_id: patient, id } = values;
    for (const service of services) {
      const other = service.values.patient_id;
      if (typeof patient === "string" && typeof other === "string" && patient !== other) {
        const which = "the earlier service " + shown(service.id);
        throw new Refused(which + " is of patient " + shown(other) + ", the line of " + shown(patient), "history");
      }
      if (typeof id === "string" && service.id === id) {
        throw new Refused("the service " + shown(id) + " stands in its own history", "history");
      }
    }
  }

  /* Tell whether so many services that came before count; undefined where that hangs on what is unknown.
   * `isA` tells whether a service is of a kind, `dated` whether services have dates at all. */
  function isReached(item, values, services, dated, isA) {
    if (services === null) return undefined;
    let sure = 0, possible = 0;
    for (const service of services) {
      const counts = countsOf(item, values, service, dated, isA);
      sure += counts === true ? 1 : 0;
      possible += counts !== false ? 1 : 0;
    }
    if (sure >= item.count) return true;
    return possible < item.count ? false : undefined;
  }

  function countsOf(item, values, service, dated, isA) {
    let unknown = false;
    for (const part of partsOf(item, values, service, dated, isA)) {
      if (part === false) return false;
      unknown = unknown || part === undefined;
    }
    return unknown ? undefined : true;
  }

  function* partsOf(item, values, service, dated, isA) {
    for (const key of item.keys) {
      const one = values[key], other = service.values[key];
      yield one === null || other === null ? false : one === undefined || other === undefined ? undefined : one === other;
    }
    yield inTime(item, values, service, dated);
    if (item.paid) yield service.paid;
    for (const name of item.same) {
      const one = values[name], other = service.values[name];
      yield one === undefined || other === undefined ? undefined : same(one, other);
    }
    yield isA(service);
  }

  function same(one, other) {
    if (Array.isArray(one) && Array.isArray(other)) return one.join("\n") === other.join("\n");
    if (one && other && typeof one === "object" && typeof other === "object") {
      return one.value * 10n ** BigInt(other.places) === other.value * 10n ** BigInt(one.places);
    }
    return one === other;
  }

  function inTime(item, values, service, dated) {
    const day = values.service_date, then = service.values.service_date;
    if (!dated) return true;
    if (item.window === "year since" && !item.since_day && values[item.since] === null) return false;
    if (day === undefined || then === undefined) return undefined;
    if (day === null || then === null) return !item.window;
    if (compareTexts(then, day) > 0) return false;
    switch (item.window) {
      case "days": return daysFrom(then, day) < item.days;
      case "day": return day === then;
      case "month": return day.slice(0, 7) === then.slice(0, 7);
      case "year": return day.slice(0, 4) === then.slice(0, 4);
      case "year since": {
        const event = item.since_day || values[item.since];
        return event === undefined ? undefined : yearsSince(event, day) === yearsSince(event, then);
      }
      default: return true;
    }
  }

  function daysFrom(first, last) {
    return Math.round((Date.parse(last + "T00:00:00Z") - Date.parse(first + "T00:00:00Z")) / 86400000);
  }

  /* Count the anniversaries of an event up to a day; that of 29 February is 1 March where the year has no such day. */
  function yearsSince(event, day) {
    return Number(day.slice(0, 4)) - Number(event.slice(0, 4)) - (day.slice(5) < event.slice(5) ? 1 : 0);
  }

  const exported = { checkAgainst, isReached, pastOf };
  if (typeof module !== "undefined" && module.exports) module.exports = exported;
  else root.RuleproofHistory = exported;
})(typeof self === "undefined" ? this : self);
