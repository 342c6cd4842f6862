import { describe, expect, test } from 'vitest'
import { isPublicAddress, pinAddress, portFault, urlFault } from './pin-address.ts'

const strict = { isLocalAllowed: false }
const laptop = { isLocalAllowed: true }

/** A name server that has one answer for every name, and counts the questions. */
function nameServer(...answers: readonly (readonly string[])[]) {
  const asked: string[] = []
  return {
    asked,
    async resolve(name: string) {
      asked.push(name)
      return answers[Math.min(asked.length, answers.length) - 1] ?? []
    },
  }
}
const pinned = (url: string, answers: readonly string[] = [], rules = strict) =>
  pinAddress(new URL(url), { ...rules, ...nameServer(answers) })

describe('an address is called', () => {
  test.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946', '2a00:1450:4001::200e'])(
    'if it is one of the open internet: %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  test.each([
    ['this host', '0.0.0.0'],
    ['loopback', '127.0.0.1'],
    ['all of loopback', '127.255.255.254'],
    ['private, class A', '10.0.0.1'],
    ['private, class B', '172.16.0.1'],
    ['the end of private, class B', '172.31.255.255'],
    ['private, class C', '192.168.1.1'],
    ['shared by carriers', '100.64.0.1'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['link-local', '169.254.0.1'],
    ['metadata of AWS and others', '169.254.169.254'],
    ['metadata of ECS', '169.254.170.2'],
    ['metadata of Azure', '168.63.129.16'],
    ['metadata of Oracle', '192.0.0.192'],
    ['for documents', '192.0.2.1'],
    ['for documents, another', '203.0.113.7'],
    ['for benchmarks', '198.18.0.1'],
    ['6to4 relays', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['no address in IPv6', '::'],
    ['loopback in IPv6', '::1'],
    ['unique local', 'fc00::1'],
    ['metadata of AWS in IPv6', 'fd00:ec2::254'],
    ['link-local in IPv6', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast in IPv6', 'ff02::1'],
    ['IPv4 mapped', '::ffff:127.0.0.1'],
    ['a public IPv4, mapped', '::ffff:8.8.8.8'],
    ['IPv4 mapped, in hex', '::ffff:a9fe:a9fe'],
    ['IPv4 compatible', '::127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['for documents in IPv6', '2001:db8::1'],
    ['discarded', '100::1'],
    ['segment routing', '5f00::1'],
    ['given to nobody', '4000::1'],
    ['no address', 'shop.example'],
    ['nothing', ''],
  ])('and not if it is %s: %s', (_, address) => expect(isPublicAddress(address)).toBe(false))
})

describe('a URL is refused when it is put', () => {
  test.each([
    ['plain HTTP', 'http://shop.example/hooks'],
    ['this machine', 'https://localhost/hooks'],
    ['this machine, by address', 'https://127.0.0.1/'],
    ['a decimal address', 'https://2130706433/'],
    ['an octal address', 'https://0177.0.0.1/'],
    ['a hex address', 'https://0x7f000001/'],
    ['a hex address in parts', 'https://0x7f.0x0.0x0.0x1/'],
    ['a short address', 'https://127.1/'],
    ['a mixed one', 'https://0xa9.254.0251.254/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['loopback in IPv6', 'https://[::1]/'],
    ['IPv4 mapped', 'https://[::ffff:127.0.0.1]/'],
    ['IPv4 mapped, in hex', 'https://[::ffff:7f00:1]/'],
    ['all zeros', 'https://[::]/'],
    ['unique local', 'https://[fd00:ec2::254]/'],
    ['full-width digits', 'https://１２７.0.0.1/'],
    ['a user', 'https://me@shop.example/'],
    ['a user and a password', 'https://shop.example:x@10.0.0.1/'],
    ['another scheme', 'ftp://shop.example/'],
    ['a file', 'file:///etc/passwd'],
    ['no URL', 'shop.example'],
  ])('%s: %s', (_, url) => expect(urlFault(url, strict)).toMatch(/^must /))

  test('and not because of its path or query, nor an endpoint that is there because of its port', () => {
    expect(urlFault('https://shop.example:8443/hooks?of=1', strict)).toBeNull()
    expect(urlFault('https://93.184.216.34/hooks', strict)).toBeNull()
  })
})

test('a URL that is new is at the port of https, or on this machine where that may be called', () => {
  expect(portFault('https://shop.example/hooks', strict)).toBeNull()
  expect(portFault('https://shop.example:443/hooks', strict)).toBeNull()
  for (const port of [22, 80, 8443, 6379])
    expect(portFault(`https://shop.example:${port}/`, strict)).toMatch(/^must be at the port of https/)
  expect(portFault('http://localhost:3000/', strict)).not.toBeNull()
  expect(portFault('http://localhost:3000/', laptop)).toBeNull()
  expect(portFault('https://shop.example:22/', laptop)).not.toBeNull()
})

describe('the address that is called', () => {
  test('is the public one of the name', async () => {
    expect(await pinned('https://shop.example/', ['93.184.216.34'])).toBe('93.184.216.34')
    expect(await pinned('https://shop.example/', ['2606:4700::1', '93.184.216.34'])).toBe('93.184.216.34')
    expect(await pinned('https://shop.example/', ['2606:4700::1'])).toBe('2606:4700::1')
  })

  test.each([
    ['has none', []],
    ['is private', ['10.0.0.7']],
    ['is public and private', ['93.184.216.34', '127.0.0.1']],
    ['is public, and mapped loopback', ['93.184.216.34', '::ffff:127.0.0.1']],
    ['is metadata', ['169.254.169.254']],
  ])('is none if that of the name %s', async (_, answers) => {
    expect(await pinned('https://shop.example/', answers)).toBeNull()
  })

  test('is asked for once: what a name server says next changes nothing', async () => {
    const server = nameServer(['93.184.216.34'], ['127.0.0.1'])
    const url = new URL('https://shop.example/')
    expect(await pinAddress(url, { ...strict, resolve: server.resolve })).toBe('93.184.216.34')
    expect(server.asked).toEqual(['shop.example'])
    expect(await pinAddress(url, { ...strict, resolve: server.resolve })).toBeNull()
  })

  test('of a literal is not asked for at all', async () => {
    const server = nameServer(['93.184.216.34'])
    expect(await pinAddress(new URL('https://8.8.8.8/'), { ...strict, resolve: server.resolve })).toBe(
      '8.8.8.8',
    )
    for (const host of ['127.0.0.1', '0x7f.1', '[::1]', 'localhost']) {
      expect(await pinAddress(new URL(`https://${host}/`), { ...strict, resolve: server.resolve })).toBeNull()
    }
    expect(server.asked).toEqual([])
  })
})

describe('on a laptop', () => {
  test.each([
    ['http://localhost:3000/hooks', '127.0.0.1'],
    ['http://127.0.0.1:3000/', '127.0.0.1'],
    ['http://[::1]:3000/', '::1'],
    ['https://localhost/', '127.0.0.1'],
  ])('%s may be called', async (url, address) => {
    expect(urlFault(url, laptop)).toBeNull()
    expect(await pinned(url, [], laptop)).toBe(address)
  })

  test.each([
    'http://shop.example/',
    'http://10.0.0.1/',
    'https://10.0.0.1/',
    'http://127.0.0.2/',
    'http://169.254.169.254/',
    'http://localhost.evil.example/',
  ])('%s still may not', async (url) => {
    expect(urlFault(url, laptop)).toMatch(/^must /)
    expect(await pinned(url, ['127.0.0.1'], laptop)).toBeNull()
  })

  test('a name that leads to this machine still is refused', async () => {
    expect(await pinned('https://shop.example/', ['127.0.0.1'], laptop)).toBeNull()
  })
})
