namespace Spa.Engine.Data;

/// <summary>What happens at a row that cannot be used.</summary>
public enum BadRows
{
    /// <summary>The first one ends the work with its one-line message.</summary>
    Stop,

    /// <summary>It is left out and counted by diagnosis in the <see cref="RowReport"/>.</summary>
    Skip,
}
