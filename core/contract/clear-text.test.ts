import { describe, expect, test } from 'vitest'
import { isPrivateHost, isSafeUrl } from './clear-text.ts'

const own = [
  ...[
    'localhost',
    'core',
    'redis',
    'shop-holdfast-core',
    '127.0.0.1',
    '127.9.9.9',
    '2130706433',
    '0x7f000001',
  ],
  ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '[::1]', '[fd12:3456::1]', '[fc00::]'],
  ...[
    'core.tickets.svc',
    'core.tickets.svc.cluster.local',
    'core.internal',
    'core.local',
    'a.localhost',
    'core.svc.',
  ],
]
const others = [
  ...[
    'core.example',
    'redis.cache',
    'core.svc.example',
    'internal.example.com',
    'localhost.example',
    'svc.com',
  ],
  ...[
    '8.8.8.8',
    '134744072',
    '0x08080808',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '11.0.0.1',
    '100.64.0.1',
  ],
  ...[
    '169.254.169.254',
    '0.0.0.0',
    '[::]',
    '[2001:db8::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[::ffff:8.8.8.8]',
    '',
  ],
  ...['127.0.0.1.example', '10.example.com', 'fd00.example', '.internal', 'a b'],
]

describe('a host of the own network', () => {
  test.each(own)('is %s', (host) => expect(isPrivateHost(host)).toBe(true))
  test.each(others)('is not %s', (host) => expect(isPrivateHost(host)).toBe(false))
})

test.each([
  ['https://core.example', true],
  ['HTTPS://core.example', true],
  ['http://core.example', false],
  ['http://core.example@127.0.0.1', true],
  ['http://127.0.0.1@core.example', false],
  ['redis://:secret@redis:6379', true],
  ['redis://:secret@134744072:6379', false],
  ['rediss://redis.example', true],
  ['no address', true],
])('whether %s may be sent a secret: %s', (url, isSafe) =>
  expect(isSafeUrl(url, /^(https|rediss):$/)).toBe(isSafe),
)
