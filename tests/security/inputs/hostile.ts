/** Names that every object of JavaScript has already, or that mean something in a path of one. */
export const memberNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'] as const

/** Text that people and libraries do send, and text that has broken something somewhere. */
export const texts: readonly string[] = [
  ...memberNames,
  ...['', ' ', '0', '-1', 'null', 'x'.repeat(65), 'x'.repeat(201), 'ä'.repeat(600), 'x'.repeat(5_000)],
  ...[
    '𝕳ǫ𝖑𝖉 🎟️',
    'Зал «А»',
    'e\u0301',
    'İ',
    '\ud800',
    'a\udfff',
    '\u202etxt',
    '\u0000',
    'a\nb',
    '\ufeff',
    '\uffff',
  ],
  ...['$gt', '{"$gt":""}', '../..', 'a/b', 'a}b:c', '%00', '%', '%ff', "' OR 1=1 --", 'A-1,A-2', '!epoch'],
]

/** Moments at the ends of calendars, and as libraries write them. */
export const times: readonly string[] = [
  ...[
    '9999-12-31T23:59:59-05:00',
    '0000-01-01T00:00:00+05:00',
    '9999-12-31T23:59:59.999Z',
    '0000-01-01T00:00Z',
  ],
  ...[
    '+275760-09-13T00:00:00.000Z',
    '-000001-01-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '2027-02-30T00:00:00Z',
  ],
  ...[
    '2027-02-01',
    '2027-02-01T20:00',
    '2027-02-01T20:00+0200',
    '2027-02-01 20:00:00.123456789Z',
    '1970-01-01T00:00Z',
  ],
  ...[
    '1969-12-31T23:59:59.999Z',
    '2027-02-01T24:00:00Z',
    '2027-06-30T23:59:60Z',
    'Mon, 01 Feb 2027 20:00:00 GMT',
  ],
]

/** Stands in a body for a number that JSON can say and JavaScript cannot hold. */
export const beyondDoubles = '#1e999#'

export const numbers: readonly unknown[] = [
  ...[0, -0, -1, 1, 0.1, 1.000_000_1, 1e9 + 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e21],
  ...[1e308, -1e308, 5e-324, beyondDoubles, '1', '1e3', '0x10', 'NaN', 253_402_300_800_000],
]

/** Values of every other type. */
export const others: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    [],
    {},
    [[]],
    [null],
    { $gt: '' },
    [{ $where: '1' }],
    { length: 1 },
    { toString: 1 },
  ],
  JSON.parse('{"__proto__":{"price":1},"constructor":{"prototype":{}}}'),
]

/** What stands for a part of a path as it is: broken encodings too. */
export const rawParts: readonly string[] = [
  '%',
  '%zz',
  '%ff',
  '%ED%A0%80',
  '%00',
  '%2e%2e%2f',
  '%F0%9F%8E%9F',
  '%e2%80%ae',
]
