import { razorpayProvider } from '../../../core/src/payments/razorpay.ts'
import { startFakeRazorpay } from '../../support/razorpay/index.ts'
import { wireBench } from './bench.ts'
import { booksSuite, providerSuite } from './provider-suite.ts'

const open = async () => wireBench(await startFakeRazorpay(), razorpayProvider)

// What was begun and what is on its way are one state there, and nothing has to be let go: it lapses.
providerSuite('Razorpay', { pendingIs: 'open', pendingVoids: 'voided' }, open)
booksSuite('Razorpay', open)
