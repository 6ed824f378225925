/* The values of a policy's inputs, as the evaluators in Python take and refuse them, with the same words.
 *
 * Facts are texts, true or false, whole numbers, lists of codes, null (the claim has no value) or left out (unknown).
 * No text is ever run as code, and nothing here touches the page.
 */
(function (root) {
  "use strict";

  class Refused extends Error {
    constructor(message, input) {
      super(message);
      this.input = input;
    }
  }

  // ---------------------------------------------------------------- words

  /* Compare texts letter by letter, as Python does; JavaScript alone would compare halves of letters. */
  function compareTexts(one, other) {
    const left = Array.from(one), right = Array.from(other);
    for (let place = 0; place < Math.min(left.length, right.length); place += 1) {
      const difference = left[place].codePointAt(0) - right[place].codePointAt(0);
      if (difference) return difference;
    }
    return left.length - right.length;
  }

  function escapedLetter(letter) {
    const known = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" }[letter];
    if (known) return known;
    if (letter === " " || !/[\p{C}\p{Z}]/u.test(letter)) return letter;
    const code = letter.codePointAt(0).toString(16);
    return code.length <= 2 ? "\\x" + code.padStart(2, "0")
      : code.length <= 4 ? "\\u" + code.padStart(4, "0") : "\\U" + code.padStart(8, "0");
  }

  /* Write a text in quotes, as Python writes it. */
  function quoted(text) {
    const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
    const letters = Array.from(text, (letter) => (letter === mark ? "\\" + letter : escapedLetter(letter)));
    return mark + letters.join("") + mark;
  }

  /* Write texts and lists of texts as Python writes them, to put them in the same order. */
  function written(value) {
    if (!Array.isArray(value)) return quoted(value);
    return "(" + value.map(written).join(", ") + (value.length === 1 ? ",)" : ")");
  }

  function shown(value) {
    if (typeof value === "string") {
      const letters = Array.from(value);
      if (letters.length <= 60) return quoted(value);
      return quoted(letters.slice(0, 60).join("")) + "... (" + letters.length + " characters)";
    }
    if (Array.isArray(value)) return "a list of " + value.length;
    if (value === null || value === undefined) return "None";
    if (typeof value === "object") return "a dict of " + Object.keys(value).length;
    return value === true ? "True" : value === false ? "False" : String(value);
  }

  /* Count the letters that two texts have in common, longest common piece first. */
  function common(one, other) {
    let best = 0, first = 0, second = 0, before = [];
    for (let i = 0; i < one.length; i += 1) {
      const here = [];
      for (let j = 0; j < other.length; j += 1) {
        if (one[i] !== other[j]) continue;
        here[j] = (before[j - 1] || 0) + 1;
        if (here[j] > best) {
          best = here[j];
          first = i - best + 1;
          second = j - best + 1;
        }
      }
      before = here;
    }
    if (!best) return 0;
    return best + common(one.slice(0, first), other.slice(0, second))
      + common(one.slice(first + best), other.slice(second + best));
  }

  /* Give the word that was probably meant, as the end of a message. */
  function near(word, words) {
    const meant = Array.from(word).slice(0, 80);
    let found = null, score = 0.6;
    for (const other of words) {
      const letters = Array.from(other);
      const all = letters.length + meant.length;
      const ratio = all ? (2 * common(letters, meant)) / all : 1;
      if (ratio > score || (ratio === score && (found === null || compareTexts(other, found) > 0))) {
        found = other;
        score = ratio;
      }
    }
    return found === null ? "" : "; did you mean " + shown(found) + "?";
  }

  // ---------------------------------------------------------------- numbers and days

  /* Give a decimal number as its digits and how many of them are decimals; null for what is none. */
  function decimalOf(text) {
    const found = /^([-+]?)([0-9]*)(?:\.([0-9]+))?$/.exec(text);
    if (!found || found[2].length + (found[3] || "").length > 80) return null;
    const digits = found[2] + (found[3] || "");
    return digits ? { value: BigInt(found[1] === "-" ? "-" + digits : digits), places: (found[3] || "").length } : null;
  }

  function compareDecimals(one, other) {
    const left = one.value * 10n ** BigInt(other.places), right = other.value * 10n ** BigInt(one.places);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  /* Count the decimals of a number, closing zeros aside. */
  function decimalsOf(number) {
    const digits = String(number.value).replace("-", "");
    let zeros = 0;
    while (zeros < Math.min(digits.length, number.places) && digits[digits.length - 1 - zeros] === "0") zeros += 1;
    return Math.max(0, number.places - zeros);
  }

  function wordOfDecimal(number) {
    const sign = number.value < 0n ? "-" : "";
    const digits = String(number.value).replace("-", "");
    const first = digits.length - number.places - 1;
    if (first < -6) {
      return sign + digits[0] + (digits.length > 1 ? "." + digits.slice(1) : "") + "E" + first;
    }
    const padded = digits.padStart(number.places + 1, "0");
    const whole = padded.slice(0, padded.length - number.places);
    return sign + whole + (number.places ? "." + padded.slice(-number.places) : "");
  }

  const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

  function isDay(text) {
    if (typeof text !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
    const [year, month, day] = text.split("-").map(Number);
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return year > 0 && month > 0 && month < 13 && day > 0 && day <= MONTHS[month - 1] + (leap && month === 2 ? 1 : 0);
  }

  /* Count days from a day long ago. */
  function numberOfDay(text) {
    const [year, month, day] = text.split("-").map(Number);
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    return Math.round(date.getTime() / 86400000);
  }

  // ---------------------------------------------------------------- inputs

  function refused(item, value, hint) {
    return new Refused("`" + item.name + "` cannot be " + shown(value) + ": it is " + item.allowed + (hint || ""), item.name);
  }

  function startOf(item) {
    return item.prefix ? item.prefix + " " : "";
  }

  function fits(item, text) {
    const start = startOf(item);
    if (Array.from(text).length > 400 || !text.startsWith(start)) return false;
    return new RegExp("^(?:" + item.pattern + ")$").test(text.slice(start.length));
  }

  function prefixHint(item, value) {
    if (typeof value !== "string" || Array.from(value).length > 40) return "";
    const meant = startOf(item) + value;
    return fits(item, meant) ? "; did you mean " + shown(meant) + "?" : "";
  }

  function isCode(item, space, value) {
    if (typeof value !== "string") return false;
    return fits(item, value) || item.dimensions.some((place) => {
      const dimension = space.dimensions[place];
      if (dimension.group) return (dimension.group.codes || []).includes(value);
      return dimension.cells.some((cell) => (cell.values || []).includes(value));
    });
  }

  const READERS = {
    "yes or no"(item, value) {
      if (value === true || value === "yes") return true;
      if (value === false || value === "no") return false;
      throw refused(item, value);
    },
    "one of"(item, value) {
      if (typeof value !== "string") throw refused(item, value, "; give it as text");
      if (item.values.includes(value)) return value;
      throw refused(item, value, near(value, item.values));
    },
    "whole number"(item, value) {
      const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
      if (typeof text === "string" && /^[-+]?[0-9]{1,40}$/.test(text)) {
        const number = BigInt(text.replace("+", ""));
        if (BigInt(item.low) <= number && number <= BigInt(item.high)) return number;
      }
      const fraction = typeof value === "number" && !Number.isInteger(value);
      throw refused(item, value, fraction ? "; a float is not taken for a whole number" : "");
    },
    "decimal number"(item, value) {
      const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
      const number = typeof text === "string" ? decimalOf(text) : null;
      const outside = !number || compareDecimals(number, decimalOf(item.low)) < 0
        || compareDecimals(number, decimalOf(item.high)) > 0;
      if (outside) {
        const fraction = typeof value === "number" && !Number.isInteger(value);
        throw refused(item, value, fraction ? "; a float is not exact: give a Decimal or a text" : "");
      }
      if (item.decimals !== null && decimalsOf(number) > item.decimals) {
        throw refused(item, value, "; it has " + decimalsOf(number) + " decimals");
      }
      return number;
    },
    "date"(item, value) {
      if (!isDay(value)) throw refused(item, value, ", written like 2024-03-21");
      if (value < item.low || value > (item.high || "9999-12-31")) throw refused(item, value);
      return value;
    },
    "code"(item, value, space) {
      if (isCode(item, space, value)) return value;
      throw refused(item, value, prefixHint(item, value));
    },
    "codes"(item, value, space) {
      if (!Array.isArray(value)) throw refused(item, value, "; give a list of codes");
      for (const code of value) {
        if (isCode(item, space, code)) continue;
        const said = "`" + item.name + "` cannot hold " + shown(code) + ": it is " + item.allowed;
        throw new Refused(said + prefixHint(item, code), item.name);
      }
      if (value.length) return Array.from(new Set(value)).sort(compareTexts);
      if (item.may_be_missing) return null;
      throw refused(item, value, ", at least one");
    },
  };
  READERS["code like"] = READERS.code;

  function readIdentifier(name, value) {
    if (value === undefined || value === null) return value;
    if (typeof value === "string" && value && Array.from(value).length <= 200) return value;
    const item = { name, allowed: "a text that identifies it, or missing" };
    throw refused(item, value, typeof value === "string" ? "" : "; give it as text");
  }

  function readInput(item, value, space) {
    if (value === undefined) return value;
    if (value !== null) return READERS[item.kind](item, value, space);
    if (item.may_be_missing) return null;
    throw new Refused("`" + item.name + "` may not be missing: leave it out where it is unknown", item.name);
  }

  /* Write the codes of a space out again, which a page holds as one text: what they begin with, and then each. */
  function withCodes(space) {
    const each = (codes) => {
      if (typeof codes !== "string") return codes;
      const [prefix, ...ends] = codes.split(" ");
      return ends.map((end) => prefix + " " + end);
    };
    for (const dimension of space.dimensions) {
      for (const cell of dimension.cells) if (cell.values) cell.values = each(cell.values);
      if (dimension.group && dimension.group.codes) dimension.group.codes = each(dimension.group.codes);
    }
    return space;
  }

  /* Compare a value with where a cell begins: below 0 before it, 0 at it. */
  function against(kind, value, low) {
    if (kind === "date") return compareTexts(value, low);
    return compareDecimals(kind === "whole number" ? { value, places: 0 } : value, decimalOf(low));
  }

  function cellOf(kind, dimension, value) {
    const cells = dimension.cells;
    if (dimension.group) {
      const codes = value || [];
      if (!dimension.group.others) return codes.some((code) => dimension.group.codes.includes(code)) ? 1 : 0;
      return codes.some((code) => !dimension.named.has(code)) ? 1 : 0;
    }
    if (value === null) return cells.findIndex((cell) => cell.missing);
    if (cells[0].low !== undefined) {
      let found = 0;
      cells.forEach((cell, number) => {
        if (cell.missing) return;
        const side = against(kind, value, cell.low);
        if (side > 0 || (side === 0 && cell.low_closed)) found = number;
      });
      return found;
    }
    const word = value === true ? "yes" : value === false ? "no" : value;
    const named = cells.findIndex((cell) => (cell.values || []).includes(word));
    return named >= 0 ? named : cells.findIndex((cell) => cell.others);
  }

  /* Give the cell of each dimension of a space, -1 where it is unknown. */
  function cellsOf(space, values) {
    const cells = space.dimensions.map(() => -1);
    for (const item of space.inputs) {
      const value = values[item.name];
      if (value === undefined) continue;
      const named = new Set(item.dimensions.flatMap((place) => (space.dimensions[place].group || {}).codes || []));
      for (const place of item.dimensions) {
        cells[place] = cellOf(item.kind, { ...space.dimensions[place], named }, value);
      }
    }
    return cells;
  }

  function wordOf(value) {
    if (value === null) return "missing";
    if (value === true || value === false) return value ? "yes" : "no";
    if (Array.isArray(value)) return value.slice(0, 6).join(" and ");
    const text = typeof value === "object" ? wordOfDecimal(value) : String(value);
    return Array.from(text).slice(0, 60).join("");
  }

  const exported = {
    Refused, cellsOf, compareTexts, isDay, near, numberOfDay, readIdentifier, readInput, shown, withCodes, wordOf, written,
  };
  if (typeof module !== "undefined" && module.exports) module.exports = exported;
  else root.RuleproofValues = exported;
})(typeof self === "undefined" ? this : self);
