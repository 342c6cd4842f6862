import * as z from 'zod'

/**
 * A point in time as common libraries write it: without seconds or with many digits of them, a space for the `T`, and a zone of
 * `Z`, `+02:00`, `+0200` or `+02`.
 */
const written =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)? ?(?:([Zz])|([+-]\d{2})(?::?(\d{2}))?)$/

const unreadable =
  'must be a time with its zone, such as 2027-02-01T20:00:00Z or 2027-02-01T20:00+01:00: of the years 0000 to 9999, by UTC'

const exact = z.iso.datetime({ offset: true })
const firstMs = Date.parse('0000-01-01T00:00:00.000Z')
const lastMs = Date.parse('9999-12-31T23:59:59.999Z')

/** The time as the store has it: ISO text of UTC in milliseconds, of four-digit years; null when it is none. */
function utcOf(text: string): string | null {
  const [, day, minute, second = '00', digits = '0', zulu, hours, minutes = '00'] = written.exec(text) ?? []
  if (day === undefined) return null
  const zone = zulu ? 'Z' : `${hours}:${minutes}`
  const { data } = exact.safeParse(`${day}T${minute}:${second}.${digits.slice(0, 3).padEnd(3, '0')}${zone}`)
  const ms = data === undefined ? Number.NaN : Date.parse(data)
  return ms >= firstMs && ms <= lastMs ? new Date(ms).toISOString() : null
}

/** A point in time in a request. */
export const Time = z
  .string()
  .transform((text, context) => {
    const utc = utcOf(text)
    if (utc !== null) return utc
    context.addIssue(unreadable)
    return z.NEVER
  })
  .meta({ format: 'date-time' })
