namespace Spa.Engine.Text.Templates;

internal enum DictViewKind
{
    Keys,
    Values,
    Items,
}
