import * as z from 'zod'
import { emailLengthMax } from './limits.ts'
import { patterns } from './patterns.ts'

const domainLengthMax = 253

const isLabel = (label: string): boolean =>
  patterns.domainLabel.test(label) && !label.startsWith('-') && !label.endsWith('-')

/** A domain in ASCII, as mail servers ask for it; null: it is none of the Internet's. */
function asciiDomain(typed: string): string | null {
  // A URL would read ports, paths and numbers in it.
  const isPlain = patterns.domainLetters.test(typed)
  const domain = (isPlain && URL.parse(`http://${typed}`)?.hostname) || typed.toLowerCase()
  const labels = domain.split('.')
  const top = labels.at(-1) ?? ''
  const isDomain = labels.length > 1 && labels.every(isLabel) && top.length > 1 && /^[a-z]/.test(top)
  return isDomain && domain.length <= domainLengthMax ? domain : null
}

const isLocalPart = (local: string): boolean =>
  patterns.mailLocalPart.test(local) && !local.split('.').includes('')

/** What stands before and behind the last `@`. */
function partsOf(text: string): readonly [string, string] {
  const at = text.lastIndexOf('@')
  return [text.slice(0, at), text.slice(at + 1)]
}

const composed = (text: string): string => text.toLowerCase().normalize('NFC')

/** The address in a text as it is kept and compared; null: nobody can write to it. */
function readEmail(text: string): string | null {
  const [local, domain] = partsOf(text.trim())
  const ascii = isLocalPart(local) ? asciiDomain(domain) : null
  return ascii === null ? null : `${composed(local)}@${ascii}`
}

/**
 * By what the account of a typed address is found: without spaces around it, in lower case, its domain in ASCII. What is no
 * address is a key too: an account that came from elsewhere may have it.
 */
export const emailKey = (typed: string): string => readEmail(typed) ?? composed(typed.trim())

const notEmail = 'must be an e-mail address, such as ada@example.org'
const tooLong = `must have at most ${emailLengthMax} characters`

/** A new address: the letters of any alphabet, kept as it is compared. */
export const Email = z
  .string()
  .trim()
  .max(emailLengthMax, { message: tooLong, abort: true })
  .transform((text, ctx) => {
    const email = readEmail(text)
    if (email !== null && email.length <= emailLengthMax) return email
    const message = email === null ? notEmail : tooLong
    ctx.issues.push({ code: 'custom', message, input: text })
    return z.NEVER
  })
  .meta({
    format: 'idn-email',
    description: 'In any alphabet. Kept, told and compared in lower case, with the domain in ASCII.',
  })

const typed = z
  .string()
  .trim()
  .min(1)
  .max(emailLengthMax, tooLong)
  .regex(patterns.plainText, 'must have no control characters')

/** Whether a text may be the address of an account: those that came from elsewhere need not be as new ones. */
export const isTypedEmail = (text: string): boolean => text.includes('@')

/** The address with which somebody signs in. */
export const TypedEmail = typed
  .refine(isTypedEmail, notEmail)
  .transform(emailKey)
  .meta({ format: 'idn-email' })

/** What is looked for among the addresses of accounts, whatever it looks like. */
export const EmailQuery = typed.transform(emailKey)
