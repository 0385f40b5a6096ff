namespace Spa.Engine.Data;

/// <summary>One diagnosis of one row. The detail is what exactly was found (the field, the role, the earlier row) and may be empty.</summary>
public sealed record RowFault(Diagnosis Diagnosis, RowLocation Location, string Detail)
{
    /// <summary>One line: where, what, what to do.</summary>
    public override string ToString()
    {
        string detail = Detail.Length == 0 ? "" : $" ({Detail})";
        return $"{Location}: {Diagnosis.Code()}: {Diagnosis.Found()}{detail}; {Diagnosis.Fix()}";
    }
}
