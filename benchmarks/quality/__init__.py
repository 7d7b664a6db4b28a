"""How well a model does its task, on data that it was neither trained nor chosen on."""
