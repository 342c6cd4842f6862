import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { type ChargeLine, majorUnitsOf, type ReceiptClaims } from '@holdfast/contract'
import { Command } from 'commander'
import { createVerifier, type Valid } from '../receipts/verify-receipt.ts'
import { jwksOption, readJwks } from './jwks.ts'

/** The same without Holdfast: only Node, whose crypto knows Ed25519. Prints what the receipt says, or fails. */
export const withoutHoldfast = `node -e '
const [h, p, s] = require("fs").readFileSync(process.argv[1], "utf8").trim().split("."), b = (t) => Buffer.from(t, "base64url");
const { alg, kid, typ } = JSON.parse(b(h)), { createPublicKey, verify } = require("crypto");
fetch(process.argv[2]).then((r) => r.json()).then(({ keys }) => {
  const key = createPublicKey({ key: keys.find((k) => k.kid === kid), format: "jwk" });
  if (alg !== "EdDSA" || !/^(receipt|cancellation)[+]jwt$/.test(typ) || !verify(null, Buffer.from(h + "." + p), key, b(s))) throw "NOT a receipt";
  console.log(b(p).toString());
})' receipt.jwt https://<your edge>/.well-known/jwks.json`

const amount = (minor: number, currency: string): string => `${majorUnitsOf(minor, currency)} ${currency}`

const seatsOf = (seats: ReceiptClaims['seats'], currency: string): string =>
  seats.map(({ id, price }) => `${id} (${amount(price, currency)})`).join(', ')

/** The fees and taxes in a sum. */
const chargesOf = (charges: readonly ChargeLine[], currency: string): [name: string, value: string][] =>
  charges.map((charge) => [charge.kind, `${amount(charge.amount, currency)} (${charge.name})`])

/** What a booking, or a cancellation, came to. */
function moneyOf({ kind, claims }: Valid): [name: string, value: string][] {
  const { currency } = claims
  if (kind === 'booking') {
    return [
      ['seats', seatsOf(claims.seats, currency)],
      ['total', amount(claims.total, currency)],
      ...chargesOf(claims.charges, currency),
    ]
  }
  return [
    ['cancelled', seatsOf(claims.cancelled, currency) || 'no seats'],
    ['refund', amount(claims.refund, currency)],
    ...chargesOf(claims.charges, currency),
    ['kept', amount(claims.retained, currency)],
  ]
}

/** What a receipt says, for people. */
function linesOf(verified: Valid): string[] {
  const { booking, app, event, sub, payment, iat } = verified.claims
  const told: [name: string, value: string][] = [
    ['booking', booking],
    ['app', app],
    ['event', event],
    ['owner', sub],
    ...moneyOf(verified),
    ['payment', payment ?? 'none'],
    ['signed at', new Date(iat * 1_000).toISOString()],
    ['signed by', verified.keyId],
  ]
  const first = `the receipt of a ${verified.kind} is valid`
  return [first, ...told.map(([name, value]) => `${name.padEnd(10)} ${value}`)]
}

async function verify(file: string, jwks: string, json: boolean): Promise<string> {
  const [receipt, keys] = await Promise.all([
    file === '-' ? text(process.stdin) : readFile(file, 'utf8'),
    readJwks(jwks),
  ])
  const verified = await createVerifier(keys)(receipt.trim())
  if (verified.word === 'refused') throw new Error(`the receipt is not valid: ${verified.reason}`)
  return json ? JSON.stringify(verified.claims) : linesOf(verified).join('\n')
}

/** `holdfast verify-receipt` */
export const verifyReceiptCommand = (): Command =>
  new Command('verify-receipt')
    .description('checks the signature of a receipt and tells what it says')
    .argument(
      '[file]',
      'the receipt as GET /v1/bookings/{b}/receipt answers it, or - for standard input',
      '-',
    )
    .addOption(jwksOption().makeOptionMandatory())
    .option('--json', 'tell what it says as JSON', false)
    .addHelpText('after', `\nWithout Holdfast:\n${withoutHoldfast}`)
    .action(async (file: string, { jwks, json }: { jwks: string; json: boolean }) => {
      console.log(await verify(file, jwks, json))
    })
