namespace Spa.Engine.Pipeline.Demo;

/// <summary>The model that ships with the program: assets/demo-model, copied beside the binaries.</summary>
public static class DemoModel
{
    /// <summary>Its folder.</summary>
    /// <exception cref="SpaException">The installation is not complete.</exception>
    public static string Folder
    {
        get
        {
            string folder = Path.Combine(AppContext.BaseDirectory, "demo-model");
            return Directory.Exists(folder) ? folder : throw new SpaException($"'{folder}' is missing; it is a copy of assets/demo-model: build or install again");
        }
    }
}
