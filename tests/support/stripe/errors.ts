/** An answer of Stripe that is no: https://docs.stripe.com/api/errors */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: 400 | 401 | 402 | 404 | 409
  readonly body: { readonly error: Readonly<Record<string, string>> }
  /** Whether the parameters alone were wrong, so that nothing was begun. */
  readonly isInvalid: boolean
  constructor(
    status: Refusal['status'],
    message: string,
    {
      isInvalid = false,
      ...more
    }: { type?: string; code?: string; param?: string; isInvalid?: boolean } = {},
  ) {
    super(message)
    this.status = status
    this.isInvalid = isInvalid
    this.body = { error: { type: 'invalid_request_error', message, ...more } }
  }
}

/** https://docs.stripe.com/error-codes#resource-missing */
export const missing = (id: string): Refusal =>
  new Refusal(404, `No such payment_intent: '${id}'`, { code: 'resource_missing', param: 'intent' })

/** https://docs.stripe.com/error-codes#payment-intent-unexpected-state */
export const unexpected = (did: string, status: string, allowed: readonly string[]): Refusal =>
  new Refusal(
    400,
    `This PaymentIntent could not be ${did} because it has a status of ${status}. Only a PaymentIntent with one of the following statuses may be ${did}: ${allowed.join(', ')}.`,
    { code: 'payment_intent_unexpected_state' },
  )

/** https://docs.stripe.com/error-codes#parameter-invalid-integer and its neighbours */
export const invalid = (param: string, message: string, code?: string): Refusal =>
  new Refusal(400, message, { param, isInvalid: true, ...(code && { code }) })
