namespace Spa.Engine.Text.Templates;

/// <summary>Where execution goes after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
