// Answers on the jar's first port.
const express = require('express')

const app = express()
app.get('/', (request, response) => response.json({ service: 'node-service', node: process.version }))

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${process.env.PORT}/`)
})
process.on('SIGTERM', () => server.close())
