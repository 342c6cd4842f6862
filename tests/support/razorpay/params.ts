import * as z from 'zod'
import { Refusal } from './errors.ts'

const Amount = z.int('The amount must be an integer.').min(1)
const Currency = z.string().regex(/^[A-Z]{3}$/)
const Receipt = z.string().max(40)
const Notes = z.record(z.string(), z.string().max(256)).refine((notes) => Object.keys(notes).length <= 15)
/** Items of a page: https://razorpay.com/docs/api/orders/fetch-all */
const count = z.coerce.number().int().min(1).max(100).default(10)

/** https://razorpay.com/docs/api/orders/create, with https://razorpay.com/docs/payments/payments/capture-settings/api */
export const CreateOrder = z.strictObject({
  amount: Amount,
  currency: Currency,
  receipt: Receipt.optional(),
  notes: Notes.optional(),
  payment: z
    .strictObject({
      capture: z.literal('manual'),
      capture_options: z.strictObject({
        manual_expiry_period: z.int().min(12).max(7_200),
        refund_speed: z.literal('normal'),
      }),
    })
    .optional(),
})
export type CreateOrder = z.infer<typeof CreateOrder>
export const ListOrders = z.strictObject({ receipt: Receipt, count })
/** https://razorpay.com/docs/api/payments/capture */
export const CapturePayment = z.strictObject({ amount: Amount, currency: Currency })
/** https://razorpay.com/docs/api/refunds/create-normal */
export const CreateRefund = z.strictObject({
  amount: Amount,
  speed: z.literal('normal'),
  receipt: Receipt.optional(),
  notes: Notes.optional(),
})
/** https://razorpay.com/docs/api/refunds/fetch-multiple-refund-payment */
export const ListRefunds = z.strictObject({ count })
export const Nothing = z.strictObject({})

/** @throws Refusal as Razorpay words it */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const { data, error } = schema.safeParse(input)
  if (!error) return data
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys') {
    const description = `${issue.keys.join(', ')} is/are not required and should not be sent`
    throw new Refusal(description, { reason: 'extra_field_sent' })
  }
  throw new Refusal(`The ${issue?.path.join('.')} is invalid: ${issue?.message}`)
}

/** The least of an order, in INR a rupee: https://razorpay.com/docs/api/orders/create */
const leastOf = (currency: string): number => (currency === 'INR' ? 100 : 1)
const threeDecimals = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND'])

/** @throws Refusal for an amount that Razorpay does not take in this currency */
export function assertAmount(amount: number, currency: string): void {
  if (amount < leastOf(currency)) {
    throw new Refusal('Order amount less than minimum amount allowed', {
      reason: 'amount_less_than_minimum_amount',
    })
  }
  // The last digit is 0: https://razorpay.com/docs/payments/international-payments/currency-conversion
  if (threeDecimals.has(currency) && amount % 10 !== 0) throw new Refusal('The amount is invalid')
}
