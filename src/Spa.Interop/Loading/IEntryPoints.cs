namespace Spa.Interop.Loading;

/// <summary>Where the functions of a native library come from: a loaded library, or software that stands in for one.</summary>
public interface IEntryPoints
{
    /// <summary>The source in words, for messages: a path, or what the software is.</summary>
    string Description { get; }

    /// <summary>Address of the exported function, or 0 where there is none of that name.</summary>
    nint Find(string name);
}
