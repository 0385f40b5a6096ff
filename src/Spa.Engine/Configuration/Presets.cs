using System.Reflection;

namespace Spa.Engine.Configuration;

/// <summary>The files of recipes/presets, which the assembly carries: <c>preset: name</c> fills in what a configuration leaves open.</summary>
public static class Presets
{
    /// <summary>The keys of a preset.</summary>
    /// <exception cref="UsageException">There is no such preset.</exception>
    public static ConfigurationDocument Load(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"presets/{name}.yaml")
            ?? throw new UsageException($"there is no preset '{name}'");
        using StreamReader reader = new(stream);
        return ConfigurationFile.Parse(reader.ReadToEnd(), $"preset {name}");
    }
}
