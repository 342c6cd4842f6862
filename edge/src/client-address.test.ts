import { expect, test } from 'vitest'
import { clientKey } from './client-address.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b:1:2::192.0.2.1', '64:ff9b:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', 'unknown'],
  ['1::2::3', 'unknown'],
  ['1:2:3:4:5:6:7:8:9', 'unknown'],
  ['not an address', 'unknown'],
])('%s is counted as %s', (address, key) => {
  expect(clientKey(address)).toBe(key)
})
