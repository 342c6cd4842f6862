import { expect, test } from 'vitest'
import { clientKey, isPrivate, readAddress } from './client-address.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b:1:2::192.0.2.1', '64:ff9b:1:2::/64'],
  ['64:ff9b::192.0.2.1', '192.0.2.1'],
  ['64:ff9b::c000:201', '192.0.2.1'],
  ['::ffff:0:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['192.0.2.1:5678', '192.0.2.1'],
  [' 192.0.2.1 ', '192.0.2.1'],
  ['[2001:db8:1:2::3]:443', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::3]', '2001:db8:1:2::/64'],
  ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
  ['192.0.2.1:port', 'unknown'],
  ['[', 'unknown'],
  ['', 'unknown'],
  ['1::2::3', 'unknown'],
  ['1:2:3:4:5:6:7:8:9', 'unknown'],
  ['not an address', 'unknown'],
])('%s is counted as %s', (address, key) => {
  expect(clientKey(address)).toBe(key)
})

test('an address is the same whatever port it comes from, and in brackets or not', () => {
  const texts = ['192.0.2.1', '192.0.2.1:1', '192.0.2.1:65535', '::ffff:192.0.2.1']
  expect(new Set(texts.map(readAddress))).toEqual(new Set(['192.0.2.1']))
  expect([readAddress('[2001:db8::1]:1'), readAddress('2001:db8::1')]).toEqual(['2001:db8::1', '2001:db8::1'])
  expect(readAddress('unix:')).toBeNull()
})

test.each([
  [true, ['10.0.0.1', '172.16.0.1', '172.31.255.1', '192.168.1.1', '100.64.0.1', '100.127.1.1', 'fd00::1']],
  [
    false,
    [
      '11.0.0.1',
      '172.15.0.1',
      '172.32.0.1',
      '192.169.1.1',
      '100.63.0.1',
      '100.128.0.1',
      '127.0.0.1',
      '2001:db8::1',
    ],
  ],
])('whether an address is of a private network is %s of each of these', (is, addresses) => {
  expect(addresses.map(isPrivate)).toEqual(addresses.map(() => is))
})
