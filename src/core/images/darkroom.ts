import './process.ts'
