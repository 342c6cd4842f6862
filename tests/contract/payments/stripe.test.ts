import { stripeProvider } from '../../../core/src/payments/stripe.ts'
import { startFakeStripe } from '../../support/stripe/index.ts'
import { wireBench } from './bench.ts'
import { booksSuite, providerSuite } from './provider-suite.ts'

const open = async () => wireBench(await startFakeStripe(), stripeProvider)

providerSuite('Stripe', { pendingIs: 'pending', pendingVoids: 'unknown' }, open)
booksSuite('Stripe', open)
