import * as z from 'zod'
import { invalid } from './errors.ts'

/** A form as a nested object: `metadata[app]=x`, `expand[0]=y`. */
export function nested(form: URLSearchParams): Record<string, unknown> {
  const tree: Record<string, unknown> = {}
  for (const [name, value] of form) {
    const [, head = '', tail] = /^([^[]+)(?:\[([^\]]*)\])?$/.exec(name) ?? []
    if (!head) throw new Error(`no parameter is named ${name}`)
    if (tail === undefined) tree[head] = value
    else tree[head] = { ...(tree[head] as object), [tail]: value }
  }
  return tree
}

const Int = z
  .string()
  .regex(/^\d{1,8}$/)
  .transform(Number)
const Metadata = z
  .record(z.string().max(40), z.string().max(500))
  .refine((data) => Object.keys(data).length <= 50)

/** https://docs.stripe.com/api/payment_intents/create, by what we send. */
export const Create = z.strictObject({
  amount: Int,
  currency: z.string().regex(/^[a-z]{3}$/),
  capture_method: z.literal('manual'),
  automatic_payment_methods: z.strictObject({ enabled: z.literal('true') }),
  metadata: Metadata,
})
/** https://docs.stripe.com/api/payment_intents/capture */
export const Capture = z.strictObject({ amount_to_capture: Int.optional(), metadata: Metadata.default({}) })
/** https://docs.stripe.com/api/payment_intents/cancel */
export const Cancel = z.strictObject({})
/** https://docs.stripe.com/api/payment_intents/retrieve; https://docs.stripe.com/api/expanding_objects */
export const Retrieve = z.strictObject({
  expand: z.strictObject({ 0: z.literal('latest_charge') }).optional(),
})
/** https://docs.stripe.com/api/refunds/create */
export const Refund = z.strictObject({
  payment_intent: z.string(),
  amount: Int.optional(),
  metadata: Metadata.default({}),
})
/** https://docs.stripe.com/api/refunds/list */
export const List = z.strictObject({
  payment_intent: z.string(),
  limit: Int.pipe(z.number().max(100)).default(10),
})

/** @throws Refusal as Stripe words it */
export function parseForm<Schema extends z.ZodType>(schema: Schema, form: URLSearchParams): z.infer<Schema> {
  const { data, error } = schema.safeParse(nested(form))
  if (!error) return data
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys
    throw invalid(name, `Received unknown parameter: ${name}`, 'parameter_unknown')
  }
  const name = issue?.path.join('.') ?? ''
  throw invalid(name, `Invalid ${name}`)
}

/** https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, of some currencies. */
const least: Readonly<Record<string, number>> = { eur: 50, usd: 50, gbp: 30, inr: 50, jpy: 50 }
const threeDecimals = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd'])
const wholeHundredths = new Set(['isk', 'ugx'])

/** @throws Refusal for an amount that Stripe does not take in this currency */
export function assertAmount(amount: number, currency: string): void {
  if (amount < (least[currency] ?? 1)) {
    const message = `Amount must be at least ${least[currency] ?? 1} ${currency}`
    throw invalid('amount', message, 'amount_too_small')
  }
  // https://docs.stripe.com/currencies#three-decimal and #special-cases
  const step = threeDecimals.has(currency) ? 10 : wholeHundredths.has(currency) ? 100 : 1
  if (amount % step !== 0)
    throw invalid('amount', `Invalid amount for ${currency}: must be divisible by ${step}`)
}
