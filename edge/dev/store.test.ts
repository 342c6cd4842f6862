import { describe, expect, test } from 'vitest'
import { chooseStore } from './store.ts'

const dir = '/holdfast'
const labelOf = (url: string) => chooseStore(dir, url).label
const homeOf = (url: string) => chooseStore(dir, url).home

describe('the store of a local stack', () => {
  test.each([undefined, '', 'sqlite:/holdfast/holdfast.sqlite'])(
    'is its own file, whose folder it may clear, for STORE_URL=%s',
    (url) => {
      expect(chooseStore(dir, url)).toMatchObject({
        url: 'sqlite:/holdfast/holdfast.sqlite',
        home: dir,
        isOwn: true,
      })
    },
  )

  test.each([
    ['mongodb://ann:p%40ss%2Fword@db1:27017,db2/shop?replicaSet=rs0', 'mongodb://db1:27017,db2/shop'],
    ['mongodb://127.0.0.1:27017/?replicaSet=rs0', 'mongodb://127.0.0.1:27017/holdfast'],
    ['mongodb+srv://ann:secret@cluster.example.net', 'mongodb+srv://cluster.example.net/holdfast'],
    ['sqlite:/data/shop.db', '/data/shop.db'],
  ])('is shown without user, password and options: %s', (url, label) => {
    expect(chooseStore(dir, url)).toMatchObject({ url, label, isOwn: false })
  })

  test('is the same for everybody who signs in, and another in another database or on another server', () => {
    const home = homeOf('mongodb://ann:secret@db1,db2/shop?replicaSet=rs0')
    expect(homeOf('mongodb://db2,db1/shop')).toBe(home)
    const others = ['mongodb://db1,db2/play', 'mongodb://db1/shop', 'sqlite:/data/shop', 'sqlite:/data/play']
    expect(new Set([home, dir, ...others.map(homeOf)]).size).toBe(6)
  })

  test.each(['mongodb://ann:sec/ret@db/shop', 'mongodb://ann:se@cret@db/shop'])(
    'whose password needs encoding is refused with how, and without a word of it: %s',
    (url) => {
      expect(() => labelOf(url)).toThrow(/^STORE_URL has a character .* percent-encoded/)
      expect(() => labelOf(url)).not.toThrow(/ret/)
    },
  )

  test.each(['postgres://ann:secret@db/shop', 'shop.db'])(
    'that is none is refused without a word of it: %s',
    (url) => {
      expect(() => labelOf(url)).toThrow(
        new Error('STORE_URL is no address of a store: sqlite:<path>, mongodb://... or mongodb+srv://...'),
      )
    },
  )
})
