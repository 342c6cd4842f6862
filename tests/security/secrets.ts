import type { AdminAccount } from '../../core/src/administration/admins.ts'
import type { PaymentSettings } from '../../core/src/payments/accounts.ts'

const bytes = (name: string) => new TextEncoder().encode(`${name}-Zq7Lw2Xc9Vb4Nm6Kj8Hg3Fd5Sa1Po0`)

const razorpay = {
  keyId: 'rzp_test_Ab3Cd5Ef7Gh9Jk',
  keySecret: 'razorpayKey-Qw8Er6Ty4Ui2Op',
  webhookSecrets: ['razorpayHook-As7Df5Gh3Jk1'],
  apiUrl: 'http://provider.test',
  isLive: false,
  isElsewhere: true,
}

const payments: PaymentSettings = { stripe: {}, razorpay: { default: razorpay }, isSimulationAllowed: true }

/** Everything that nobody outside may ever see. */
export const secrets = {
  redisToken: 'redisToken-Mn5Bv3Cx1Zl9',
  edgeKeys: [{ kid: 'edge', secret: bytes('edgeKey') }],
  userToken: bytes('userToken'),
  adminToken: bytes('adminToken'),
  holdKey: bytes('holdKey'),
  /** Of the predecessors' existing deployments. */
  oldTickets: bytes('oldTickets'),
  oldUnified: bytes('oldUnified'),
  admin: { email: 'root@holdfast.test', username: 'root', password: 'adminPassword-Rt6Yh4' },
  payments,
  webhook: razorpay.webhookSecrets[0] ?? '',
}

/** The first admin, as core has them; hashes are those of `plainPasswords`. */
export const adminAccount: AdminAccount = {
  name: secrets.admin.username,
  email: secrets.admin.email,
  passwordHash: `plain:${secrets.admin.password}`,
  role: 'operator',
}

/** The account's own number is shown to every page that pays; the rest is not. */
const text = (secret: Uint8Array) => new TextDecoder().decode(secret)

/** Their texts, as a search for them needs. */
export const secretTexts: readonly string[] = [
  secrets.redisToken,
  ...secrets.edgeKeys.map(({ secret }) => text(secret)),
  ...[secrets.userToken, secrets.adminToken, secrets.holdKey, secrets.oldTickets, secrets.oldUnified].map(
    text,
  ),
  secrets.admin.password,
  razorpay.keySecret,
  ...razorpay.webhookSecrets,
]
