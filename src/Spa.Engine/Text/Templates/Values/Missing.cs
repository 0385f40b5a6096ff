namespace Spa.Engine.Text.Templates;

/// <summary>Marks an argument that was not given and an item that is not there; never seen by a template.</summary>
internal sealed class Missing
{
    public static readonly Missing Value = new();

    private Missing() { }
}
