import { expect, test } from 'vitest'
import { isKept } from './open.ts'

test.each([
  'sqlite:store.db',
  'sqlite::memory:',
  'mongodb://127.0.0.1:27017/holdfast?replicaSet=rs0',
  'mongodb://ada:p%40ss@db1,db2:27018,db3.mongo.svc/holdfast',
  'mongodb://[::1]:27017,localhost',
  'mongodb://%2Ftmp%2Fmongodb.sock/holdfast',
  'mongodb://db.example/holdfast?replicaSet=rs0&tls=true',
  'mongodb://db.example/?SSL=TRUE',
  'mongodb+srv://ada:secret@cluster.example/holdfast',
])('nobody on the way reads what is sent to %s', (url) => expect(isKept(url)).toBe(true))

test.each([
  'mongodb://ada:secret@db.example/holdfast',
  'mongodb://127.0.0.1,db.example/holdfast?replicaSet=rs0',
  'mongodb://db.example',
  'mongodb://db.example/holdfast?tls=false',
  'mongodb+srv://ada:secret@cluster.example/holdfast?tls=false',
])('somebody on the way may read what is sent to %s', (url) => expect(isKept(url)).toBe(false))
