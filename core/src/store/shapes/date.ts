import * as z from 'zod'

/** ISO text of these years sorts as time does, which adapters without a date type rely on. */
const firstDate = new Date('0000-01-01T00:00:00.000Z')
const lastDate = new Date('9999-12-31T23:59:59.999Z')

/** A point in time. Adapters without a date type give it back as the ISO text they wrote. */
export const date = () =>
  z.preprocess(
    (value) => (typeof value === 'string' ? new Date(value) : value),
    z.date().min(firstDate).max(lastDate),
  )
