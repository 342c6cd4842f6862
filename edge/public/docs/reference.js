// Opens the viewer on this origin's own document. Keys that a reader types in stay in the page: nothing is kept.
window.SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.querySelector('#reference'),
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  requestSnippetsEnabled: true,
  tryItOutEnabled: true,
  // The validator is somebody else's service.
  validatorUrl: null,
})
