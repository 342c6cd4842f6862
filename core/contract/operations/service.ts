import * as z from 'zod'
import { PublicKeys } from '../bookings.ts'
import { json, type Operation } from './operation.ts'

/** What the service says of itself, to anybody. */
export const serviceOperations = {
  readLiveness: {
    method: 'GET',
    path: '/livez',
    tag: 'Service',
    summary: 'Ask whether the edge runs',
    caller: 'anybody',
    repeat: 'always',
    answers: { 200: json(z.object({ status: z.literal('live') })) },
    problems: [],
    example: { status: 200, answer: { status: 'live' } },
  },
  readReadiness: {
    method: 'GET',
    path: '/readyz',
    tag: 'Service',
    summary: 'Ask whether the edge can hold seats',
    caller: 'anybody',
    repeat: 'always',
    answers: { 200: json(z.object({ status: z.literal('ready') })) },
    problems: ['dependency_unavailable'],
    example: { status: 200, answer: { status: 'ready' } },
  },
  readSigningKeys: {
    method: 'GET',
    path: '/.well-known/jwks.json',
    tag: 'Service',
    summary: 'Read the keys that verify receipts',
    caller: 'anybody',
    repeat: 'always',
    answers: { 200: json(PublicKeys) },
    problems: ['dependency_unavailable', 'rate_limited'],
    example: {
      status: 200,
      answer: {
        keys: [
          {
            kty: 'OKP',
            crv: 'Ed25519',
            x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
            kid: 'receipt-1',
            alg: 'EdDSA',
            use: 'sig',
          },
        ],
      },
    },
  },
} as const satisfies Record<string, Operation>
