// SPDX-License-Identifier: Apache-2.0
//
// Validates a SARIF log by the official schema, as the npm package @microsoft/jest-sarif brings it along.
//
// usage: node validate_sarif.js FILE      exit status 0: valid, 1: it is not, 77: the package is absent
//
//     npm install --prefix DIR @microsoft/jest-sarif@1.0.0-beta.0
//     NODE_PATH=DIR/node_modules meson test -C build cli/forms

'use strict';

const fs = require('fs');
const path = require('path');

const SCHEMA = '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';

function load() {
    try {
        const schema = require.resolve(SCHEMA);
        const paths = [path.dirname(schema)];
        return {
            schema: require(schema),
            draft: require(require.resolve('ajv/lib/refs/json-schema-draft-04.json', { paths })),
            Ajv: require(require.resolve('ajv', { paths })),
        };
    } catch (error) {
        console.log(`@microsoft/jest-sarif is not installed: ${error.code}`);
        process.exit(77);
    }
}

const { schema, draft, Ajv } = load();
const ajv = new Ajv({ allErrors: true, schemaId: 'auto', unknownFormats: 'ignore', logger: false });
ajv.addMetaSchema(draft);

const log = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

if (!ajv.validate(schema, log)) {
    for (const error of ajv.errors)
        console.log(`${error.dataPath} ${error.message}`);
    process.exit(1);
}
