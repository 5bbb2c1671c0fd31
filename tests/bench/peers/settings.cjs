// Node-RED as it comes, on loopback, without its editor and without news from its makers.
module.exports = {
  uiHost: "127.0.0.1",
  flowFile: "flows.json",
  disableEditor: true,
  httpAdminRoot: false,
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { autoInstall: false, palette: { allowInstall: false }, modules: { allowInstall: false } },
  logging: { console: { level: "warn" } },
};
