namespace Spa.Engine.Text.Templates;

/// <summary>A list or a tuple. The sandbox allows no mutation, so both are arrays that never change once made.</summary>
internal abstract class SequenceValue(object?[] items)
{
    public object?[] Items { get; } = items;

    public int Count => Items.Length;

    /// <summary>A sequence of the same kind with other items.</summary>
    public abstract SequenceValue With(object?[] items);
}
