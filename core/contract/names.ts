import * as z from 'zod'
import { nameLengthMax } from './limits.ts'
import { patterns } from './patterns.ts'

const notPlain =
  'must have no control characters, none that turn the direction of what follows, and no half characters'

/**
 * Text that people read, in lists, mails and consoles, and that somebody else has written: nothing in it may move the cursor,
 * begin a line, or show a name as another one is written. What was stored before is still read.
 */
export const PlainText = z.string().max(nameLengthMax).regex(patterns.plainText, notPlain)

/** What a user, a buyer, an app, an event or a seat is called. */
export const Name = PlainText.min(1)
