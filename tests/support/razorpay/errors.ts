/** An answer of Razorpay that is no: https://razorpay.com/docs/errors. 400 is its answer to what does not exist, too. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: 400 | 401 | 409
  readonly body: object
  constructor(
    description: string,
    { status = 400 as Refusal['status'], reason = 'input_validation_failed' } = {},
  ) {
    super(description)
    this.status = status
    const error = { code: 'BAD_REQUEST_ERROR', description, source: 'business', step: 'payment_initiation' }
    this.body = { error: { ...error, reason, metadata: {} } }
  }
}

/** https://razorpay.com/docs/api/orders/fetch-with-id */
export const missing = (): Refusal => new Refusal('The id provided does not exist')
